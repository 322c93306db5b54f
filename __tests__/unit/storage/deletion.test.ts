import { hash } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { type DeletionResult, deleteObjects } from '../../../src/storage/deletion.ts';
import type { Asked } from '../servers.ts';
import { errorXml, keyAsked, keyOf, once, openBucket } from './localBucket.ts';

const done = { body: '<DeleteResult/>' };

const references: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#x9': '\t',
  '#xa': '\n',
  '#xd': '\r',
};

/** The keys in a request. */
function named({ body }: Asked): string[] {
  return [...body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) =>
    key.replace(
      /&([#\w]+);/g,
      (whole, name: string) => references[name.toLowerCase().replace(/^#x0/, '#x')] ?? whole,
    ),
  );
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `p/d/${index}`);

test('each request deletes up to 1,000 keys, each key once', async () => {
  await using bucket = await openBucket(() => done);
  const keys = numbered(2_001);
  expect(await deleteObjects(bucket.client, 'p/d/', keys)).toEqual({ deleted: keys, failed: [] });
  expect(bucket.server.asked.map((asked) => named(asked).length)).toEqual([1_000, 1_000, 1]);
  expect(bucket.server.asked.flatMap(named)).toEqual(keys);
  expect(bucket.server.asked[0]).toMatchObject({ method: 'POST', path: '/bucket/?delete=' });
});

test('a request has the MD5 of its body, for servers that support no other checksum', async () => {
  await using bucket = await openBucket(() => done);
  await deleteObjects(bucket.client, 'p/d/', numbered(2));
  const [asked] = bucket.server.asked;
  expect(asked?.headers['content-md5']).toBe(hash('md5', asked?.body ?? '', 'base64'));
  expect(asked?.headers.authorization).toContain('content-md5');
});

test.each([
  ['a page', '<html><body>Sign in<br></body></html>'],
  ['nothing', ''],
  ['another element', '<DeleteResults/>'],
  ['an answer that breaks off', '<DeleteResult><Error><Key>p/d/0</Key>'],
])('%s is an error', async (_, body) => {
  await using bucket = await openBucket(() => ({ body }), { policy: once });
  await expect(deleteObjects(bucket.client, 'p/d/', numbered(2))).rejects.toMatchObject({ code: 'NotS3' });
});

test('no keys send no request', async () => {
  await using bucket = await openBucket(() => done);
  expect(await deleteObjects(bucket.client, 'p/d/', [])).toEqual({ deleted: [], failed: [] });
  expect(bucket.server.asked).toEqual([]);
});

describe('nothing is deleted, and no request is sent,', () => {
  test.each([
    ['a folder with the same beginning', 'p/d/', 'p/dd/x'],
    ['an object beside the folder', 'p/d/', 'p/d.txt'],
    ['an object in the folder above', 'p/d/', 'p/x'],
    ['the folder itself', 'p/d/', 'p/d/'],
    ['the folder without its slash', 'p/d/', 'p/d'],
    ['another prefix', 'p/d/', 'q/p/d/x'],
  ])('if one key is %s', async (_, base, key) => {
    await using bucket = await openBucket(() => done);
    await expect(deleteObjects(bucket.client, base, [`${base}fine`, key])).rejects.toThrow(
      `Refused to delete '${key}' outside of '${base}'`,
    );
    expect(bucket.server.asked).toEqual([]);
  });

  test('if there is no base', async () => {
    await using bucket = await openBucket(() => done);
    await expect(deleteObjects(bucket.client, '', ['x'])).rejects.toThrow('Refused');
    expect(bucket.server.asked).toEqual([]);
  });
});

test('special characters in keys are escaped', async () => {
  const keys = ['p/d/a b', 'p/d/<&>"\'', 'p/d/ü🛰', 'p/d/new\nline\r', 'p/d/%41+', 'p/d/\ttab', 'p/d/ end '];
  await using bucket = await openBucket(() => done);
  await deleteObjects(bucket.client, 'p/d/', keys);
  expect(bucket.server.asked.flatMap(named)).toEqual(keys);
});

test('keys with characters that XML cannot contain are deleted one by one', async () => {
  await using bucket = await openBucket(({ method }) => (method === 'DELETE' ? { status: 204 } : done));
  const keys = ['p/d/a', 'p/d/bell\u0007', 'p/d/b', 'p/d/\uffff'];
  const { deleted, failed } = await deleteObjects(bucket.client, 'p/d/', keys);
  expect([deleted, failed]).toEqual([keys, []]);
  const asked = bucket.server.asked.map((one) => [
    one.method,
    ...(one.method === 'DELETE' ? [keyAsked(one)] : named(one)),
  ]);
  expect(asked).toEqual([
    ['POST', 'p/d/a', 'p/d/b'],
    ['DELETE', 'p/d/bell\u0007'],
    ['DELETE', 'p/d/\uffff'],
  ]);
});

describe('a key that could not be deleted', () => {
  const failures = ({ failed }: DeletionResult) =>
    failed.map(({ key, error }) => [key, error.code, error.message]);

  test('is returned with its error, and the others are deleted', async () => {
    const body = `<DeleteResult><Error><Key>p/d/1</Key><Code>AccessDenied</Code><Message>no &amp; no</Message></Error><Error><Key>p/d/3</Key><Code>InternalError</Code></Error></DeleteResult>`;
    await using bucket = await openBucket(() => ({ body }), { policy: once });
    const result = await deleteObjects(bucket.client, 'p/d/', numbered(5));
    expect(result.deleted).toEqual(['p/d/0', 'p/d/2', 'p/d/4']);
    expect(failures(result)).toEqual([
      ['p/d/1', 'AccessDenied', 'no & no'],
      ['p/d/3', 'InternalError', 'no reason given'],
    ]);
  });

  test('is requested again only after a transient error', async () => {
    const errors = (...codes: (readonly [string, string])[]) => ({
      body: `<DeleteResult>${codes.map(([key, code]) => `<Error><Key>${key}</Key><Code>${code}</Code></Error>`).join('')}</DeleteResult>`,
    });
    await using bucket = await openBucket(
      (_, count) =>
        count === 1
          ? errors(['p/d/0', 'SlowDown'], ['p/d/1', 'AccessDenied'], ['p/d/2', 'InternalError'])
          : errors(['p/d/2', 'InternalError']),
      { policy: { baseMs: 5, maxMs: 5, budgetMs: 100 } },
    );
    const result = await deleteObjects(bucket.client, 'p/d/', numbered(4));
    const [first, second, ...others] = bucket.server.asked.map(named);
    expect([first, second]).toEqual([numbered(4), ['p/d/0', 'p/d/2']]);
    expect(others.every((keys) => keys.join() === 'p/d/2')).toBe(true);
    expect(result.deleted).toEqual(['p/d/0', 'p/d/3']);
    expect(failures(result)).toEqual([
      ['p/d/1', 'AccessDenied', 'no reason given'],
      ['p/d/2', 'InternalError', 'no reason given'],
    ]);
  });

  test('is not returned if the retry fails as a whole: that is an error', async () => {
    await using bucket = await openBucket((_, count) =>
      count === 1
        ? { body: '<DeleteResult><Error><Key>p/d/0</Key><Code>SlowDown</Code></Error></DeleteResult>' }
        : { status: 403, body: errorXml('AccessDenied') },
    );
    await expect(deleteObjects(bucket.client, 'p/d/', numbered(2))).rejects.toMatchObject({
      code: 'AccessDenied',
    });
  });

  test('is also returned if it has its own request', async () => {
    await using bucket = await openBucket(() => ({ status: 403, body: errorXml('AccessDenied', 'no') }));
    const result = await deleteObjects(bucket.client, 'p/d/', ['p/d/\u0001']);
    expect([result.deleted, failures(result)]).toEqual([[], [['p/d/\u0001', 'AccessDenied', 'no']]]);
  });

  test('is not returned if its request fails as a whole: that is an error', async () => {
    await using bucket = await openBucket((_, count) =>
      count === 1 ? done : { status: 403, body: errorXml('AccessDenied') },
    );
    await expect(deleteObjects(bucket.client, 'p/d/', numbered(1_001))).rejects.toMatchObject({
      code: 'AccessDenied',
    });
  });
});

test('a session that expires between two requests is renewed', async () => {
  await using bucket = await openBucket((asked, count) =>
    count > 1 && keyOf(asked) === 'KEY-1' ? { status: 403, body: errorXml('InvalidAccessKeyId') } : done,
  );
  expect((await deleteObjects(bucket.client, 'p/d/', numbered(1_500))).deleted).toHaveLength(1_500);
  expect(bucket.sessions).toHaveLength(2);
});
