import { describe, expect, test } from '@jest/globals';

import { createStorageRetrier } from '../../../src/storage/s3Error.ts';
import { discoverRegion } from '../../../src/storage/region.ts';
import { rejectionOf } from '../failure.ts';
import { type Answer, type Asked, serve, transport } from '../servers.ts';
import { once, quick } from './localBucket.ts';

interface Found {
  readonly region: string;
  readonly isAssumed: boolean;
  readonly serverTime: number;
}

/** Discovers the region on a server with these responses. */
async function discover(
  answer: (asked: Asked, count: number) => Answer | undefined,
  property?: string,
  ask: () => Promise<string | undefined> = () => Promise.reject(new Error('nobody knows')),
  path = '/',
  policy = quick,
): Promise<Found & { readonly asked: readonly Asked[]; readonly now: () => number }> {
  await using server = await serve(answer);
  await using over = transport({ now: () => Date.parse('2026-11-23T12:00:00Z') });
  const endpoint = new URL(`http://127.0.0.1:${server.port}${path}`);
  const found = await discoverRegion(
    { endpoint, bucket: 'bucket', prefix: 'p/', region: property },
    over,
    createStorageRetrier(over.clockOf(endpoint), { policy }),
    ask,
  );
  return { ...found, asked: server.asked, now: () => over.clockOf(endpoint).now() };
}

const says = (region: string): Answer => ({ status: 403, headers: { 'x-amz-bucket-region': region } });

describe('the region', () => {
  test('is in the response to an unsigned HEAD of the bucket, even if the platform names another one', async () => {
    const { region, asked } = await discover(() => says('fr-par'), 'us-east-1');
    expect(region).toBe('fr-par');
    expect(asked).toMatchObject([{ method: 'HEAD', path: '/bucket' }]);
    expect(asked[0]?.headers.authorization).toBeUndefined();
  });

  test('is requested below the path of the endpoint', async () => {
    const { asked } = await discover(() => says('fr-par'), undefined, undefined, '/s3//');
    expect(asked.map(({ path }) => path)).toEqual(['/s3/bucket']);
  });

  test.each([200, 404, 501])('is otherwise that of the platform (response %d)', async (status) => {
    const { region } = await discover(() => ({ status }), 'eu-west-3');
    expect(region).toBe('eu-west-3');
  });

  test('is otherwise in the response to a signed request', async () => {
    const { region } = await discover(
      () => ({ status: 403 }),
      undefined,
      () => Promise.resolve('ap-1'),
    );
    expect(region).toBe('ap-1');
  });

  test('is otherwise the default', async () => {
    expect(
      await discover(
        () => ({ status: 403 }),
        undefined,
        () => Promise.resolve(undefined),
      ),
    ).toMatchObject({ region: 'us-east-1', isAssumed: true });
    expect(await discover(() => says('us-east-1'))).toMatchObject({ isAssumed: false });
  });

  test.each([
    ['a broken connection', undefined],
    ['a 503 of the storage', { status: 503, headers: { 'x-amz-bucket-region': 'not-this' } }],
    ['a 502 of a proxy', { status: 502, body: 'Bad Gateway' }],
  ])('is requested again after %s', async (_, trouble) => {
    const { region, asked } = await discover((__, count) => (count <= 2 ? trouble : says('fr-par')));
    expect([region, asked.length]).toEqual(['fr-par', 3]);
  });

  test('does not appear in the error for a storage that is down', async () => {
    const policy = { baseMs: 1, maxMs: 5, budgetMs: 50 };
    const error = await rejectionOf(discover(() => ({ status: 503 }), undefined, undefined, '/', policy));
    expect(error.code).toBe('storage-error');
    expect(error.message).toContain("Bucket 'bucket' could not be read: HTTP 503");
    expect(error.hint).not.toContain('region');
  });
});

test('the error for an unreachable storage names it', async () => {
  await using over = transport();
  await using server = await serve(() => ({}));
  const { port } = server;
  await server[Symbol.asyncDispose]();
  const location = { endpoint: new URL(`http://127.0.0.1:${port}`), bucket: 'b', prefix: '', region: 'x' };
  const error = await rejectionOf(
    discoverRegion(
      location,
      over,
      createStorageRetrier(over.clockOf(location.endpoint), { policy: once }),
      () => Promise.resolve('y'),
    ),
  );
  expect(error.code).toBe('unreachable');
  expect(error.message).toBe(
    `Storage http://127.0.0.1:${port} cannot be reached: it refuses the connection (ECONNREFUSED)`,
  );
});

describe('the server time that decides what is stale', () => {
  test('is in the Date header, which also sets the clock', async () => {
    const date = 'Mon, 23 Nov 2026 14:00:07 GMT';
    const { serverTime, now } = await discover(() => ({
      ...says('x'),
      headers: { ...says('x').headers, date },
    }));
    expect(serverTime).toBe(Date.parse(date));
    expect(Math.abs(now() - Date.parse(date))).toBeLessThan(60_000);
  });

  test('is 10 s before now without a Date header', async () => {
    const { serverTime, now } = await discover(() => ({
      status: 403,
      headers: { 'x-amz-bucket-region': 'x', date: 'none' },
    }));
    expect(now() - serverTime).toBe(10_000);
  });
});
