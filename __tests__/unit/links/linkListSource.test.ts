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

async function readFrom(answer: (count: number) => Answer | undefined, query = 'X-Amz-Signature=s3cret') {
  await using server = await serve((_, count) => answer(count));
  await using opened = transport();
  const retries: string[] = [];
  const url = new URL(`${server.url}/b/_links.html?${query}`);
  const tools = {
    signal: new AbortController().signal,
    onRetry: ({ what }: { what: string }) => void retries.push(what),
  };
  const reading = readListUrl(url, opened, tools);
  const result = await reading.then(
    (text) => ({ text, error: undefined }),
    (error: unknown) => ({ text: undefined, error: error as ActionError }),
  );
  return { ...result, retries, asked: server.asked, origin: server.url };
}

test('reads a list without credentials, as it is stored', async () => {
  const { text, asked } = await readFrom(() => ({ body: '<page>' }));
  expect(text).toBe('<page>');
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ method: 'GET', path: '/b/_links.html?X-Amz-Signature=s3cret' });
  expect(Object.keys(asked[0]?.headers ?? {})).not.toContain('authorization');
});

test('retries, and names the list without its query', async () => {
  const { text, retries, origin } = await readFrom((count) =>
    count === 1 ? { status: 503, body: '' } : { body: '{}' },
  );
  expect(text).toBe('{}');
  expect(retries).toEqual([`${origin}/b/_links.html`]);
});

test('an expired link is not requested at all', async () => {
  const { error, asked, origin } = await readFrom(
    () => ({ body: '{}' }),
    'X-Amz-Date=20200101T000000Z&X-Amz-Expires=900&X-Amz-Signature=s3cret',
  );
  expect(asked).toEqual([]);
  expect(error).toMatchObject({
    code: 'links-expired',
    message: `The links of ${origin}/b/_links.html expired at 2020-01-01 00:15:00 UTC`,
    hint: expect.stringContaining('ask the person who sent them to you'),
  });
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
    message: expect.stringContaining(`File ${folder} cannot be read`),
  });
  const file = path.join(folder, 'links.json');
  writeFileSync(file, 'é'.repeat(100_000));
  expect(await readListFile(file)).toBe('é'.repeat(100_000));
});
