import { describe, expect, test } from '@jest/globals';

import { isNetworkError } from '../../../src/http/networkErrors.ts';
import { tryLink } from '../../../src/links/linkTrial.ts';
import { once, openBucket } from '../storage/localBucket.ts';
import type { Answer, Asked } from '../servers.ts';
import { errorFrom } from '../failure.ts';

const md5 = 'd41d8cd98f00b204e9800998ecf8427e';
const otherMd5 = '0cc175b9c0f1b6a831c399e269772661';

/** The response to HEAD for an object. */
const head = (size: number, etag: string): Answer => ({
  headers: { etag: `"${etag}"`, 'content-length': String(size) },
});

/** The response to GET for the first byte of an object. */
const part = (size: number | undefined, etag?: string): Answer => ({
  status: 206,
  headers: {
    ...(etag !== undefined && { etag: `"${etag}"` }),
    ...(size !== undefined && { 'content-range': `bytes 0-0/${size}` }),
  },
  body: 'x',
});

interface Trial {
  /** The response of the storage to HEAD; undefined closes the connection. */
  readonly object: Answer | undefined;
  readonly answer: Answer | ((asked: Asked) => Answer);
  /** `cdn`: the link leads to another host than the storage's. */
  readonly by?: 'storage' | 'cdn';
  readonly signal?: AbortSignal;
}

async function open({ object, answer, by = 'storage', signal = new AbortController().signal }: Trial) {
  const reply = typeof answer === 'function' ? answer : () => answer;
  const respond = (asked: Asked) => (asked.method === 'HEAD' ? object : reply(asked));
  await using bucket = await openBucket(respond, { policy: once });
  const { client, server } = bucket;
  const host = by === 'cdn' ? 'localhost' : '127.0.0.1';
  const url = new URL(`http://${host}:${server.port}/bucket/p/a?sig`);
  const { kind, ...rest } = await tryLink(url, 'p/a', client, signal);
  return { kind, why: 'why' in rest ? rest.why.replace(url.host, 'HOST') : undefined, asked: server.asked };
}

const opens = { kind: 'opens', why: undefined };
const differs = { kind: 'fails', why: 'the link to HOST opens an object with another size or ETag' };
const closed = (status: number) => ({
  kind: 'fails',
  why: `the link to HOST does not open it: the response is ${status}`,
});

test('one byte is requested, without credentials', async () => {
  const { asked } = await open({ object: head(12, md5), answer: part(12, md5) });
  const [get, ...others] = asked.filter(({ method }) => method === 'GET');
  expect(others).toEqual([]);
  expect(get).toMatchObject({
    path: '/bucket/p/a?sig',
    headers: { range: 'bytes=0-0', 'accept-encoding': 'identity' },
  });
  expect(get?.headers).not.toHaveProperty('authorization');
});

describe('a link to the storage itself', () => {
  test.each<[string, Answer, Answer, object]>([
    ['size and ETag are those of the object', head(12, 'e'), part(12, 'e'), opens],
    ['it has no size, but the ETag', head(12, 'e'), part(undefined, 'e'), opens],
    ['it has no ETag, but the size', head(12, 'e'), part(12), opens],
    ['it has neither', head(12, 'e'), part(undefined), differs],
    ['the size differs', head(12, 'e'), part(13, 'e'), differs],
    ['the ETag differs', head(12, 'e'), part(12, 'f'), differs],
    [
      'the size of the whole object differs',
      head(12, 'e'),
      { headers: { etag: '"e"', 'content-length': '2' }, body: 'ab' },
      differs,
    ],
    ['the session may not read the object', { status: 403 }, part(12, 'e'), opens],
    ['it is not found', head(12, 'e'), { status: 404, body: '' }, closed(404)],
    ['it is not found, and neither is the object', { status: 404 }, { status: 404, body: '' }, closed(404)],
  ])('%s', async (_, object, answer, result) => {
    expect(await open({ object, answer })).toMatchObject(result);
  });
});

describe('a link to another host, which may have ETags of another kind', () => {
  test.each<[string, Answer, Answer, object]>([
    ['the size is that of the object', head(12, md5), part(12, 'cdn-1'), opens],
    ['the storage has an ETag that is no MD5', head(12, 'e'), part(12, md5), opens],
    ['both ETags are the same MD5', head(12, md5), part(undefined, md5), opens],
    ['both ETags are MD5s and differ', head(12, md5), part(12, otherMd5), differs],
    ['the ETags are equal, but no MD5, and there is no size', head(12, 'e'), part(undefined, 'e'), differs],
    ['the size differs', head(12, md5), part(13, 'cdn-1'), differs],
  ])('%s', async (_, object, answer, result) => {
    expect(await open({ object, answer, by: 'cdn' })).toMatchObject(result);
  });
});

describe('a range that is out of bounds', () => {
  const outside = (size?: number): Answer => ({
    status: 416,
    headers: size === undefined ? {} : { 'content-range': `bytes */${size}` },
    body: '',
  });

  test.each<[string, Answer, Answer, object]>([
    ['both objects are empty', head(0, md5), outside(0), opens],
    ['the session may not read the object', { status: 403 }, outside(0), opens],
    ['the object is not empty', head(12, md5), outside(0), closed(416)],
    ['the object of the link is not empty', head(0, md5), outside(12), closed(416)],
    ['the response does not say the size', head(0, md5), outside(), closed(416)],
  ])('%s', async (_, object, answer, result) => {
    expect(await open({ object, answer })).toMatchObject(result);
  });

  test('another response says nothing about an empty object', async () => {
    const denied: Answer = { status: 403, headers: { 'content-range': 'bytes */0' }, body: '' };
    expect(await open({ object: head(0, md5), answer: denied })).toMatchObject(closed(403));
    const other: Answer = { status: 206, headers: { etag: '"f"', 'content-range': 'bytes */0' }, body: '' };
    expect(await open({ object: head(0, 'e'), answer: other })).toMatchObject(differs);
  });
});

test.each([500, 503, 429])('a host that responds with %d cannot be tested', async (status) => {
  const answer = { status, headers: { 'retry-after': '3600' }, body: '' };
  expect(await open({ object: head(1, md5), answer })).toMatchObject({
    kind: 'unreachable',
    why: `its host HOST responds with ${status}`,
  });
});

test('a link that may not be requested at all is an error', async () => {
  await using bucket = await openBucket(() => head(1, md5), { policy: once });
  const trial = tryLink(
    new URL('http://links.example.org/a'),
    'p/a',
    bucket.client,
    new AbortController().signal,
  );
  expect(await errorFrom(trial)).toMatchObject({ code: 'insecure-address' });
});

test('a storage that does not respond is an error', async () => {
  expect(isNetworkError(await errorFrom(open({ object: undefined, answer: part(12, 'e') })))).toBe(true);
});

test('a cancelled run ends with its reason', async () => {
  const run = new AbortController();
  const reason = new Error('SIGINT');
  const answer = () => {
    run.abort(reason);
    return part(12, 'e');
  };
  expect(await errorFrom(open({ object: head(12, 'e'), answer, signal: run.signal }))).toBe(reason);
});
