import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from '@jest/globals';

import { listExpected, listObjects, listPages } from '../../../src/storage/listing.ts';
import type { Asked } from '../servers.ts';
import { errorXml, keyOf, openBucket } from './localBucket.ts';

const modified = '2026-11-23T12:00:00.500Z';

function contents(
  key: string,
  { size = 3, etag = '&quot;e&quot;', time = `<LastModified>${modified}</LastModified>` } = {},
): string {
  return `<Contents><Key>${key}</Key>${time}<ETag>${etag}</ETag><Size>${size}</Size></Contents>`;
}

function page(inner: string, more = '<IsTruncated>false</IsTruncated>'): { body: string } {
  return { body: `<?xml version="1.0"?><ListBucketResult>${more}${inner}</ListBucketResult>` };
}

const url = '<EncodingType>url</EncodingType>';
const next = (token: string) =>
  `<IsTruncated>true</IsTruncated><NextContinuationToken>${token}</NextContinuationToken>`;

function query({ path }: Asked): Record<string, string> {
  return Object.fromEntries(new URL(path, 'http://localhost').searchParams);
}

test('an object has key, size, ETag without quotes, and time', async () => {
  await using bucket = await openBucket(() => page(contents('p/d/a', { size: 1_234, etag: '"abc-2"' })));
  expect(await listObjects(bucket.client, 'p/d/')).toEqual([
    { key: 'p/d/a', size: 1_234, etag: 'abc-2', lastModified: Date.parse(modified) },
  ]);
  expect(bucket.server.asked.map(query)).toEqual([
    { 'list-type': '2', prefix: 'p/d/', 'encoding-type': 'url' },
  ]);
});

test('pages are requested until the last one', async () => {
  await using bucket = await openBucket((asked) => {
    const token = query(asked)['continuation-token'];
    if (token === undefined) return page(contents('a'), next('one/+='));
    return token === 'one/+=' ? page(contents('b'), next('two')) : page(contents('c'));
  });
  const keys = (await listObjects(bucket.client, '')).map(({ key }) => key);
  expect(keys).toEqual(['a', 'b', 'c']);
  expect(bucket.server.asked.map((asked) => query(asked)['continuation-token'])).toEqual([
    undefined,
    'one/+=',
    'two',
  ]);
});

test('a token in the last page is ignored', async () => {
  await using bucket = await openBucket((_, count) =>
    page(
      contents('a'),
      `<IsTruncated>false</IsTruncated><NextContinuationToken>${count > 5 ? 'stop' : ''}</NextContinuationToken>`,
    ),
  );
  expect(await listObjects(bucket.client, '')).toHaveLength(1);
  expect(bucket.server.asked).toHaveLength(1);
});

test('an empty listing has no objects', async () => {
  await using bucket = await openBucket(() => page(''));
  expect(await listObjects(bucket.client, 'p/')).toEqual([]);
});

test('an object without a time counts as new, so that it is not deleted as stale', async () => {
  await using bucket = await openBucket(() => page(contents('a', { time: '' })));
  expect(await listObjects(bucket.client, '')).toMatchObject([{ lastModified: Infinity }]);
});

describe('keys', () => {
  test.each([
    ['a%20b', 'a b'],
    ['a+b', 'a b'],
    ['a%2Bb', 'a+b'],
    ['100%25', '100%'],
    ['%C3%BC/%F0%9F%9B%B0', 'ü/🛰'],
    ['new%0Aline%0D', 'new\nline\r'],
    ['control%01', 'control\u0001'],
    ['%26lt%3B%3C', '&lt;<'],
  ])('%s of a server that encodes keys is %j', async (written, key) => {
    await using bucket = await openBucket(() => page(`${url}${contents(written)}`));
    expect((await listObjects(bucket.client, '')).map((object) => object.key)).toEqual([key]);
  });

  test.each([
    ['a+b', 'a+b'],
    ['100%', '100%'],
    ['a%20b', 'a%20b'],
    ['&amp;lt;&#xA;', '&lt;\n'],
    [' blanks ', ' blanks '],
    ['007', '007'],
  ])('%s of a server that does not encode keys is %j', async (written, key) => {
    await using bucket = await openBucket(() => page(contents(written)));
    expect((await listObjects(bucket.client, '')).map((object) => object.key)).toEqual([key]);
  });
});

describe('an error of a page', () => {
  test('is retried for that page only if it is transient', async () => {
    await using bucket = await openBucket((_, count) =>
      count === 1
        ? page(contents('a'), next('two'))
        : count === 2
          ? { status: 503, body: '<html><body>Bad gateway<br></body></html>' }
          : page(contents('b')),
    );
    expect(await listObjects(bucket.client, '')).toHaveLength(2);
    expect(bucket.server.asked).toHaveLength(3);
  });

  test('is thrown at once if it is permanent', async () => {
    await using bucket = await openBucket(() => ({ status: 403, body: errorXml('AccessDenied', 'no') }));
    await expect(listObjects(bucket.client, '')).rejects.toMatchObject({
      name: 'StorageError',
      code: 'AccessDenied',
      status: 403,
      message: 'no',
    });
    expect(bucket.server.asked).toHaveLength(1);
  });

  test('because of an expired session is retried with a new one', async () => {
    await using bucket = await openBucket((asked) =>
      keyOf(asked) === 'KEY-1' ? { status: 403, body: errorXml('InvalidAccessKeyId') } : page(contents('a')),
    );
    expect(await listObjects(bucket.client, '')).toHaveLength(1);
    expect(bucket.sessions).toHaveLength(2);
  });
});

describe('page by page', () => {
  test('the next page is requested before the current one is yielded, and none after the last', async () => {
    await using bucket = await openBucket((asked) =>
      query(asked)['continuation-token'] === undefined
        ? page(contents('a'), next('two'))
        : page(contents('b')),
    );
    const keys: string[] = [];
    for await (const objects of listPages(bucket.client, '')) {
      while (bucket.server.asked.length < 2) await sleep(5);
      keys.push(...objects.map(({ key }) => key));
    }
    expect([keys, bucket.server.asked.length]).toEqual([['a', 'b'], 2]);
  });

  test('an error of a page reaches only callers that do not stop before it', async () => {
    await using bucket = await openBucket((_, count) =>
      count % 2 === 1 ? page(contents('a'), next('two')) : { status: 403, body: errorXml('AccessDenied') },
    );
    const pages = listPages(bucket.client, '');
    expect((await pages.next()).done).toBe(false);
    await expect(pages.next()).rejects.toMatchObject({ code: 'AccessDenied' });
    for await (const objects of listPages(bucket.client, '')) {
      expect(objects).toHaveLength(1);
      break;
    }
    while (bucket.server.asked.length < 4) await sleep(5);
    await sleep(20);
  });
});

describe('with expected keys', () => {
  /** A bucket that lists 1,000 keys a page, in the order of S3 or in the given order. */
  const openStore = (keys: readonly string[], order?: (a: string, b: string) => number) =>
    openBucket((asked) => {
      const { 'start-after': after = '', 'continuation-token': token = after } = query(asked);
      const sorted = order ? keys.toSorted(order) : keys.toSorted();
      const start = order ? sorted.indexOf(token) + 1 : sorted.findIndex((key) => key > token);
      const some = start < 0 ? [] : sorted.slice(start, start + 1_000);
      const last = some.at(-1) ?? '';
      const isLast = start < 0 || start + 1_000 >= sorted.length;
      return page(
        url + some.map((key) => contents(encodeURIComponent(key))).join(''),
        isLast ? undefined : next(last),
      );
    });
  const numbered = (count: number, start = 0) =>
    Array.from({ length: count }, (_, index) => `a b/${String(start + index).padStart(5, '0')}`);
  const listAll = async (store: Awaited<ReturnType<typeof openStore>>, expected: readonly string[]) => {
    const found: string[] = [];
    for await (const objects of listExpected(store.client, '', expected))
      found.push(...objects.map(({ key }) => key));
    return found;
  };

  test.each([
    ['all of them', numbered(9_000), numbered(9_000)],
    ['all of them and many others', numbered(9_000), numbered(4_000, 2_500)],
    ['only some of them', numbered(3_000, 4_000), numbered(20_000)],
    ['others only', numbered(5_000), numbered(9_000, 6_000)],
    ['few', numbered(900), numbered(9_000)],
    ['none', [], numbered(9_000)],
  ])('each object is listed once if the bucket has %s', async (_, there, expected) => {
    await using store = await openStore(there);
    const found = await listAll(store, expected);
    expect(found.toSorted()).toEqual(there);
  });

  test('pages of several ranges are requested in parallel, with few additional requests', async () => {
    await using store = await openStore(numbered(20_000));
    await listAll(store, numbered(20_000));
    const starts = store.server.asked.map((asked) => query(asked)['start-after']);
    expect(starts.slice(0, 5).every((after, index) => (after === undefined) === (index === 0))).toBe(true);
    expect(new Set(starts).size).toBe(starts.length);
    expect(starts.length).toBeLessThanOrEqual(24);
  });

  test('an empty listing is requested once', async () => {
    await using store = await openStore([]);
    await listAll(store, numbered(9_000));
    expect(store.server.asked).toHaveLength(1);
  });

  test('a server with another order is an error', async () => {
    const keys = numbered(7_000);
    await using store = await openStore(keys, (a, b) => (a < b ? 1 : -1));
    await expect(listAll(store, keys)).rejects.toMatchObject({
      code: 'UnreliableListing',
      message: expect.stringContaining(`is not sorted: 'a b/06998' comes after 'a b/06999'`),
    });
  });

  test('an error of a range is thrown', async () => {
    await using store = await openBucket((asked) =>
      query(asked)['start-after'] === undefined
        ? page(
            url +
              numbered(1_000)
                .map((key) => contents(encodeURIComponent(key)))
                .join(''),
            next('x'),
          )
        : { status: 403, body: errorXml('AccessDenied', 'no') },
    );
    await expect(listAll(store, numbered(9_000))).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});

describe('an unreliable listing is an error:', () => {
  const listed = async (answer: (asked: Asked, count: number) => { body: string }, prefix = 'p/') => {
    await using bucket = await openBucket(answer);
    return await listObjects(bucket.client, prefix).then(
      () => new Error('It did not fail'),
      (error: unknown) => error as Error,
    );
  };
  const more = '<IsTruncated>true</IsTruncated>';
  const html = '<!DOCTYPE html><html><head><title>Sign in</title></head></html>';

  test.each<[string, string, (asked: Asked, count: number) => { body: string }]>([
    [
      'a repeated key',
      `is not sorted: 'p/a' comes after 'p/a'`,
      () => page(contents('p/a') + contents('p/a')),
    ],
    [
      'a repeated page',
      `is not sorted: 'p/a' comes after 'p/b'`,
      (_, count) => page(contents('p/a') + contents('p/b'), next(String(count))),
    ],
    [
      'pages in reverse order',
      `is not sorted: 'p/8' comes after 'p/9'`,
      (_, count) => page(contents(`p/${10 - count}`), next(String(count))),
    ],
    [
      'a repeated token',
      'repeats a continuation token',
      (_, count) => page(contents(`p/${count}`), next('same')),
    ],
    [
      'tokens that alternate',
      'repeats a continuation token',
      (_, count) => page('', next(String(count % 2))),
    ],
    ['endless empty pages', 'has too many empty pages', (_, count) => page('', next(String(count)))],
    [
      'more pages without a token',
      'has more pages, but no continuation token',
      () => page(contents('p/a'), more),
    ],
    [
      'more pages with an empty token',
      'has more pages, but no continuation token',
      () => page(contents('p/a'), next('')),
    ],
    ['a key of another folder', `has the key 'q/a', which is outside of it`, () => page(contents('q/a'))],
    [
      'an entry without a key',
      `has the key '', which is outside of it`,
      () => page('<Contents><Size>1</Size></Contents>'),
    ],
    ['a key with invalid encoding', `has the key 'p/%E0%A4%A'`, () => page(url + contents('p/%E0%A4%A'))],
    [
      'an entry without an end',
      'has an incomplete entry',
      () => page(`${contents('p/a')}<Contents><Key>p/b</Key>`),
    ],
    [
      'an incomplete page',
      'this is not the answer of an S3 server',
      () => ({ body: '<ListBucketResult><Contents>' }),
    ],
    [
      'the page of a captive portal',
      'this is not the answer of an S3 server (text/html: a web page, "Sign in")',
      () => ({ body: html }),
    ],
  ])('%s', async (_, says, answer) => {
    const error = await listed(answer);
    expect(error.message).toContain(says);
    expect(error).toMatchObject({ name: 'StorageError', status: 200 });
  });

  test.each(['', '-1', '1.5', '1e3', 'many', '99999999999999999999'])(
    'an object of %j bytes',
    async (size) => {
      const entry = `<Contents><Key>p/a</Key><Size>${size}</Size></Contents>`;
      expect((await listed(() => page(entry))).message).toBe(
        `the listing of 'p/' has the size '${size}' for 'p/a'`,
      );
    },
  );

  test('but not a single empty page', async () => {
    await using bucket = await openBucket((_, count) =>
      count === 2
        ? page('', next('three'))
        : page(contents(`p/${count}`), count === 1 ? next('two') : undefined),
    );
    expect(await listObjects(bucket.client, 'p/')).toHaveLength(2);
  });

  test('700,000 incomplete entries, in linear time', async () => {
    const body = `<ListBucketResult>${'<Contents>'.repeat(700_000)}</ListBucketResult>`;
    expect((await listed(() => ({ body }))).message).toContain('has an incomplete entry');
  });
});

test.each(['7', '2026', 'Tue, 24 Nov 2026 10:00:00 GMT', '2026-99-99T00:00:00Z'])(
  'an object with the invalid date %j counts as new',
  async (time) => {
    await using bucket = await openBucket(() =>
      page(contents('a', { time: `<LastModified>${time}</LastModified>` })),
    );
    expect(await listObjects(bucket.client, '')).toMatchObject([{ lastModified: Infinity }]);
  },
);
