import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from '@jest/globals';

import { listExpected, listObjects, listPages } from '../../../src/storage/listing.ts';
import type { Asked } from '../servers.ts';
import { errorXml, keyOf, openBucket } from './bucket.ts';

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

test('an object is told of by key, size, ETag without quotes, and time', async () => {
  await using bucket = await openBucket(() => page(contents('p/d/a', { size: 1_234, etag: '"abc-2"' })));
  expect(await listObjects(bucket.client, 'p/d/')).toEqual([
    { key: 'p/d/a', size: 1_234, etag: 'abc-2', lastModified: Date.parse(modified) },
  ]);
  expect(bucket.server.asked.map(query)).toEqual([
    { 'list-type': '2', prefix: 'p/d/', 'encoding-type': 'url' },
  ]);
});

test('pages are asked for until there are no more', async () => {
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

test('a token in the last page does not begin it all again', async () => {
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

test('an object that the storage gives no time for counts as new, so that nobody deletes it as stale', async () => {
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
  ])('%s of a server that encodes means %j', async (written, key) => {
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
  ])('%s of one that does not means %j', async (written, key) => {
    await using bucket = await openBucket(() => page(contents(written)));
    expect((await listObjects(bucket.client, '')).map((object) => object.key)).toEqual([key]);
  });
});

describe('trouble with a page', () => {
  test('that passes is mended for that page alone', async () => {
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

  test('that stays is told at once', async () => {
    await using bucket = await openBucket(() => ({ status: 403, body: errorXml('AccessDenied', 'no') }));
    await expect(listObjects(bucket.client, '')).rejects.toMatchObject({
      name: 'StorageError',
      code: 'AccessDenied',
      status: 403,
      message: 'no',
    });
    expect(bucket.server.asked).toHaveLength(1);
  });

  test('by a session that has ended is mended by a new one', async () => {
    await using bucket = await openBucket((asked) =>
      keyOf(asked) === 'KEY-1' ? { status: 403, body: errorXml('InvalidAccessKeyId') } : page(contents('a')),
    );
    expect(await listObjects(bucket.client, '')).toHaveLength(1);
    expect(bucket.sessions).toHaveLength(2);
  });
});

describe('page by page', () => {
  test('the next one is asked for before one is handed out, and none after the last', async () => {
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

  test('trouble with a page is told to who comes to it, and not to who stops before', async () => {
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

describe('with keys that are expected', () => {
  /** Lists as S3 does, 1,000 keys a page, or in an order of its own. */
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
    ['just those', numbered(9_000), numbered(9_000)],
    ['those and many others', numbered(9_000), numbered(4_000, 2_500)],
    ['only some of those', numbered(3_000, 4_000), numbered(20_000)],
    ['others alone', numbered(5_000), numbered(9_000, 6_000)],
    ['few', numbered(900), numbered(9_000)],
    ['none', [], numbered(9_000)],
  ])('%s are there: each is listed once', async (_, there, expected) => {
    await using store = await openStore(there);
    const found = await listAll(store, expected);
    expect(found.toSorted()).toEqual(there);
  });

  test('pages of several ranges are asked for at the same time, and hardly more of them', async () => {
    await using store = await openStore(numbered(20_000));
    await listAll(store, numbered(20_000));
    const starts = store.server.asked.map((asked) => query(asked)['start-after']);
    expect(starts.slice(0, 5).every((after, index) => (after === undefined) === (index === 0))).toBe(true);
    expect(new Set(starts).size).toBe(starts.length);
    expect(starts.length).toBeLessThanOrEqual(24);
  });

  test('an empty listing is asked for once', async () => {
    await using store = await openStore([]);
    await listAll(store, numbered(9_000));
    expect(store.server.asked).toHaveLength(1);
  });

  test('a server with another order is not relied upon', async () => {
    const keys = numbered(7_000);
    await using store = await openStore(keys, (a, b) => (a < b ? 1 : -1));
    await expect(listAll(store, keys)).rejects.toMatchObject({
      code: 'UnreliableListing',
      message: expect.stringContaining(`is not sorted: 'a b/06998' comes after 'a b/06999'`),
    });
  });

  test('trouble of a range is told', async () => {
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

describe('a listing that nobody can rely on is an error', () => {
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
      'a key that comes again',
      `is not sorted: 'p/a' comes after 'p/a'`,
      () => page(contents('p/a') + contents('p/a')),
    ],
    [
      'a page that comes again',
      `is not sorted: 'p/a' comes after 'p/b'`,
      (_, count) => page(contents('p/a') + contents('p/b'), next(String(count))),
    ],
    [
      'pages that go backwards',
      `is not sorted: 'p/8' comes after 'p/9'`,
      (_, count) => page(contents(`p/${10 - count}`), next(String(count))),
    ],
    [
      'a token that comes again',
      'repeats a continuation token',
      (_, count) => page(contents(`p/${count}`), next('same')),
    ],
    [
      'tokens that alternate',
      'repeats a continuation token',
      (_, count) => page('', next(String(count % 2))),
    ],
    ['empty pages without end', 'has too many empty pages', (_, count) => page('', next(String(count)))],
    [
      'more to come, and no token',
      'has more pages, but no continuation token',
      () => page(contents('p/a'), more),
    ],
    [
      'more to come, and an empty token',
      'has more pages, but no continuation token',
      () => page(contents('p/a'), next('')),
    ],
    ['a key of another folder', `has the key 'q/a', which is outside of it`, () => page(contents('q/a'))],
    [
      'an entry without a key',
      `has the key '', which is outside of it`,
      () => page('<Contents><Size>1</Size></Contents>'),
    ],
    [
      'a key that is not encoded as it says',
      `has the key 'p/%E0%A4%A'`,
      () => page(url + contents('p/%E0%A4%A')),
    ],
    [
      'an entry without an end',
      'has an incomplete entry',
      () => page(`${contents('p/a')}<Contents><Key>p/b</Key>`),
    ],
    [
      'half of a page',
      'this is not the answer of an S3 server',
      () => ({ body: '<ListBucketResult><Contents>' }),
    ],
    [
      'a portal’s page',
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

  test('an empty page in between is none', async () => {
    await using bucket = await openBucket((_, count) =>
      count === 2
        ? page('', next('three'))
        : page(contents(`p/${count}`), count === 1 ? next('two') : undefined),
    );
    expect(await listObjects(bucket.client, 'p/')).toHaveLength(2);
  });

  test('and a million entries without an end are read in no time', async () => {
    const body = `<ListBucketResult>${'<Contents>'.repeat(700_000)}</ListBucketResult>`;
    expect((await listed(() => ({ body }))).message).toContain('has an incomplete entry');
  });
});

test.each(['7', '2026', 'Tue, 24 Nov 2026 10:00:00 GMT', '2026-99-99T00:00:00Z'])(
  'a date that is none, %j, counts as new',
  async (time) => {
    await using bucket = await openBucket(() =>
      page(contents('a', { time: `<LastModified>${time}</LastModified>` })),
    );
    expect(await listObjects(bucket.client, '')).toMatchObject([{ lastModified: Infinity }]);
  },
);
