import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect, test } from '@jest/globals';

import type { ActionError } from '../../../src/errors/error.ts';
import { readListFile, readListUrl, shownLink } from '../../../src/links/linkListSource.ts';
import { folderWith } from '../../support/folder.ts';
import { rejectionOf } from '../failure.ts';
import { type Answer, serve, transport } from '../servers.ts';

const s3Error = (code: string, message: string): Answer & { body: string } => ({
  body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});

interface Reading {
  readonly query?: string;
  /** The machine's time in milliseconds since the epoch. */
  readonly now?: () => number;
  readonly signal?: AbortSignal;
  /** Of the link; default: that of the server, which speaks plain HTTP. */
  readonly origin?: (own: string) => string;
}

async function readFrom(
  answer: (count: number) => Answer | undefined,
  { query = 'X-Amz-Signature=s3cret', now, signal, origin = (own) => own }: Reading = {},
) {
  await using server = await serve((_, count) => answer(count));
  await using opened = transport({ now });
  const retries: string[] = [];
  const url = new URL(`${origin(server.url)}/b/_links.html?${query}`);
  const tools = {
    signal: signal ?? new AbortController().signal,
    onRetry: ({ what }: { what: string }) => void retries.push(what),
  };
  const reading = readListUrl(url, opened, tools);
  const result = await reading.then(
    (text) => ({ text, error: undefined }),
    (error: unknown) => ({ text: undefined, error: error as ActionError }),
  );
  return { ...result, retries, asked: server.asked, origin: url.origin };
}

test('reads a list without credentials, as it is stored', async () => {
  const { text, asked } = await readFrom(() => ({ body: '<page>' }));
  expect(text).toBe('<page>');
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({
    method: 'GET',
    path: '/b/_links.html?X-Amz-Signature=s3cret',
    headers: { 'accept-encoding': 'identity' },
  });
  expect(Object.keys(asked[0]?.headers ?? {})).not.toContain('authorization');
});

test('retries, and names the list without its query', async () => {
  const { text, retries, origin } = await readFrom((count) =>
    count === 1 ? { status: 503, body: '' } : { body: '{}' },
  );
  expect(text).toBe('{}');
  expect(retries).toEqual([`${origin}/b/_links.html`]);
});

/** A link that expires at the time `expiry`. */
const query = 'X-Amz-Date=20200101T000000Z&X-Amz-Expires=900&X-Amz-Signature=s3cret';
const expiry = Date.UTC(2020, 0, 1, 0, 15);

test('an expired link is not requested at all', async () => {
  const now = () => expiry;
  const { error, asked, origin } = await readFrom(() => ({ body: '{}' }), { query, now });
  expect(asked).toEqual([]);
  expect(error).toMatchObject({
    code: 'links-expired',
    message: `The links of ${origin}/b/_links.html expired at 2020-01-01 00:15:00 UTC`,
    hint: expect.stringContaining('ask the person who sent them to you'),
  });
});

test('a link is requested until it expires', async () => {
  const { text } = await readFrom(() => ({ body: '{}' }), { query, now: () => expiry - 1 });
  expect(text).toBe('{}');
});

test('the clock of the server says whether a link has expired', async () => {
  const late = { date: 'Wed, 01 Jan 2020 00:20:00 GMT' };
  const answer = () => ({ status: 403, headers: late, ...s3Error('AccessDenied', 'Access Denied.') });
  const { error, asked } = await readFrom(answer, { query, now: () => expiry - 3_600_000 });
  expect(asked).toHaveLength(1);
  expect(error).toMatchObject({
    code: 'links-expired',
    message: expect.stringContaining('expired at 2020-01-01 00:15:00 UTC'),
  });
});

test('a link whose session ended early has expired, at an unknown time', async () => {
  const early = { date: 'Wed, 01 Jan 2020 00:05:00 GMT' };
  const answer = () => ({ status: 403, headers: early, ...s3Error('InvalidAccessKeyId', 'No such key') });
  const { error, origin } = await readFrom(answer, { query, now: () => expiry - 600_000 });
  expect(error?.message).toBe(`The links of ${origin}/b/_links.html have expired`);
});

test('a cancelled run ends with its reason', async () => {
  const run = new AbortController();
  const reason = new Error('SIGINT');
  const { error } = await readFrom(
    () => {
      run.abort(reason);
      return { body: '{}' };
    },
    { signal: run.signal },
  );
  expect(error).toBe(reason);
});

test('a link over http to another machine is not requested', async () => {
  const { error } = await readFrom(() => undefined, { origin: () => 'http://links.example.org' });
  expect(error).toMatchObject({ code: 'insecure-address' });
});

test('a network error is explained, and shows no query', async () => {
  const { error, origin } = await readFrom(() => undefined, {
    origin: (own) => own.replace('http:', 'https:'),
  });
  expect(error).toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining(
      `${origin}/b/_links.html cannot be read: Server ${origin} cannot be reached: it does not speak HTTPS`,
    ),
    hint: expect.stringMatching(/^Check the link: /),
  });
  expect(`${error?.message}${error?.hint}`).not.toContain('s3cret');
});

test.each([
  [403, s3Error('AccessDenied', 'Request has expired')],
  [403, s3Error('InvalidAccessKeyId', 'The key does not exist')],
  [400, s3Error('ExpiredToken', 'The provided token has expired.')],
])('an expired link is explained: %d %j', async (status, answer) => {
  const { error } = await readFrom(() => ({ status, ...answer }));
  expect(error).toMatchObject({ code: 'links-expired', hint: expect.stringContaining(`the 'links' action`) });
});

test.each([
  [403, s3Error('AccessDenied', 'Access Denied.'), 'storage-denied', 'put it in quotes'],
  [401, s3Error('Unauthorized', 'Unauthorized.'), 'storage-denied', 'put it in quotes'],
  [400, s3Error('AuthorizationQueryParametersError', 'No date.'), 'storage-error', 'put it in quotes'],
  [404, s3Error('NoSuchKey', 'No such key.'), 'storage-error', 'removed'],
  [302, { headers: { location: 'http://127.0.0.1:1/' }, body: '' }, 'storage-error', 'Check the link'],
])('another refusal is explained, and shows no query: %d', async (status, answer, code, hint) => {
  const { error, asked, origin } = await readFrom(() => ({ status, ...answer }));
  expect(asked).toHaveLength(1);
  expect(error).toMatchObject({ code, hint: expect.stringContaining(hint) });
  expect(error?.message).toContain(`${origin}/b/_links.html cannot be read`);
  expect(`${error?.message}${error?.hint}`).not.toContain('s3cret');
});

test('a link without its query is shown', () => {
  expect(shownLink(new URL('https://example.org/a%20b/_links.html?secret#x'))).toBe(
    'https://example.org/a%20b/_links.html',
  );
});

test('a file that cannot be read is an error with its path', async () => {
  const folder = folderWith({});
  expect(await rejectionOf(readListFile(folder))).toMatchObject({
    code: 'file-unreadable',
    message: expect.stringContaining(`File ${folder} cannot be read: `),
    hint: 'Check the path and its permissions.',
  });
  const file = path.join(folder, 'links.json');
  writeFileSync(file, 'é'.repeat(100_000));
  expect(await readListFile(file)).toBe('é'.repeat(100_000));
});
