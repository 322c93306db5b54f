import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from '@jest/globals';

import { listObjects, listPages } from '../../../src/storage/listing.ts';
import { persistence } from '../../../src/transfer/persistence.ts';
import type { Asked } from '../servers.ts';
import { errorXml, keyOf, once, openBucket } from './bucket.ts';

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
  expect(await listObjects(bucket.client, 'p/d/', once)).toEqual([
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
  const keys = (await listObjects(bucket.client, '', once)).map(({ key }) => key);
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
  expect(await listObjects(bucket.client, '', once)).toHaveLength(1);
  expect(bucket.server.asked).toHaveLength(1);
});

test('an empty listing has no objects', async () => {
  await using bucket = await openBucket(() => page(''));
  expect(await listObjects(bucket.client, 'p/', once)).toEqual([]);
});

test('an object that the storage gives no time for counts as new, so that nobody deletes it as stale', async () => {
  await using bucket = await openBucket(() => page(contents('a', { time: '' })));
  expect(await listObjects(bucket.client, '', once)).toMatchObject([{ lastModified: Infinity }]);
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
    expect((await listObjects(bucket.client, '', once)).map((object) => object.key)).toEqual([key]);
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
    expect((await listObjects(bucket.client, '', once)).map((object) => object.key)).toEqual([key]);
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
    const persist = persistence(bucket.client.clock, {});
    expect(await listObjects(bucket.client, '', persist)).toHaveLength(2);
    expect(bucket.server.asked).toHaveLength(3);
  });

  test('that stays is told at once', async () => {
    await using bucket = await openBucket(() => ({ status: 403, body: errorXml('AccessDenied', 'no') }));
    const persist = persistence(bucket.client.clock, {});
    await expect(listObjects(bucket.client, '', persist)).rejects.toMatchObject({
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
    expect(await listObjects(bucket.client, '', once)).toHaveLength(1);
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
    for await (const objects of listPages(bucket.client, '', once)) {
      while (bucket.server.asked.length < 2) await sleep(5);
      keys.push(...objects.map(({ key }) => key));
    }
    expect([keys, bucket.server.asked.length]).toEqual([['a', 'b'], 2]);
  });

  test('trouble with a page is told to who comes to it, and not to who stops before', async () => {
    await using bucket = await openBucket((_, count) =>
      count % 2 === 1 ? page(contents('a'), next('two')) : { status: 403, body: errorXml('AccessDenied') },
    );
    const pages = listPages(bucket.client, '', once);
    expect((await pages.next()).done).toBe(false);
    await expect(pages.next()).rejects.toMatchObject({ code: 'AccessDenied' });
    for await (const objects of listPages(bucket.client, '', once)) {
      expect(objects).toHaveLength(1);
      break;
    }
    while (bucket.server.asked.length < 4) await sleep(5);
    await sleep(20);
  });
});
