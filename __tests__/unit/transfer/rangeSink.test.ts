import { describe, expect, test } from '@jest/globals';

import { type RangeSinkOptions, rangeSink } from '../../../src/transfer/rangeSink.ts';
import type { ReceiveJob, ReceiveResult } from '../../../src/transfer/threadJobs.ts';
import { clearProxiesForEachTest } from '../http/proxyVariables.ts';
import type { ReceivingSink } from '../../../src/storage/wire.ts';

clearProxiesForEachTest();

const request = {
  method: 'GET',
  origin: 'https://storage.example',
  path: '/b/k?a=b',
  headers: { range: 'r' },
};

/** What a sink makes of the result of a thread. */
function sinkFor(result: ReceiveResult, more: Partial<RangeSinkOptions> = {}) {
  const jobs: ReceiveJob[] = [];
  const digests: string[] = [];
  const sink = rangeSink({
    range: { path: '/folder/.file.part', offset: 10, length: 5, algorithm: 'crc32' },
    file: '/folder/file',
    connection: { tls: { rejectUnauthorized: true }, timeoutMs: 4_000, plainHttp: false },
    pool: {
      digest: () => Promise.reject(new Error('not asked')),
      receive: (job) => {
        jobs.push(job);
        return Promise.resolve(result);
      },
      close: () => Promise.resolve(),
    },
    write: () => undefined,
    onDigest: (digest) => void digests.push(digest),
    ...more,
  }) as ReceivingSink;
  const send = async (changed: Partial<typeof request> = {}, signal?: AbortSignal) =>
    sink.receive?.({ ...request, ...changed, method: 'GET' }, { stallMs: 2_000, signal });
  return { send, jobs, digests };
}

describe('a thread', () => {
  test('gets the request, the place in the file, and the rules for connections', async () => {
    process.env['HTTPS_PROXY'] = 'http://proxy.example:3128';
    const answer = { status: 206, headers: { etag: '"e"' } };
    const { send, jobs, digests } = sinkFor({ outcome: 'received', answer, digest: '0badcafe' });
    expect(await send()).toEqual({ ...answer, body: '', received: 5 });
    const { origin, path, headers } = request;
    expect(jobs).toEqual([
      {
        path: '/folder/.file.part',
        offset: 10,
        length: 5,
        algorithm: 'crc32',
        request: { origin, path, headers },
        connection: expect.objectContaining({
          proxy: expect.objectContaining({ hostname: 'proxy.example', port: 3128 }) as unknown,
          timeoutMs: 4_000,
        }) as unknown,
        stallMs: 2_000,
      },
    ]);
    expect(digests).toEqual(['0badcafe']);
  });

  test.each([
    ['plain HTTP to another machine', { origin: 'http://storage.example' }],
    ['a header with a line break', { headers: { 'if-match': '"e"\r\nx: y' } }],
    ['a path with a space', { path: '/b/k HTTP/1.1' }],
  ])('never gets a request that the usual client refuses: %s', async (_, changed) => {
    const { send, jobs } = sinkFor({ outcome: 'declined' });
    expect(await send(changed as Partial<typeof request>)).toBeUndefined();
    expect(jobs).toEqual([]);
  });

  test('passes on an error response', async () => {
    const answer = { status: 503, headers: { 'retry-after': '2' }, body: '<Error/>', received: 8 };
    expect(await sinkFor({ outcome: 'refused', answer }).send()).toEqual(answer);
  });

  test('may decline the response, and the usual client sends the request', async () => {
    const { send, jobs } = sinkFor({ outcome: 'declined' });
    expect(await send()).toBeUndefined();
    expect(jobs).toHaveLength(1);
  });
});

describe('an error of a thread', () => {
  const cancelled = AbortSignal.abort(new Error('the run was cancelled'));
  test.each<[ReceiveResult, object]>([
    [{ outcome: 'cut' }, { code: 'UND_ERR_SOCKET' }],
    [{ outcome: 'stalled' }, { name: 'StalledError', message: 'No byte moved for 2 s' }],
    [{ outcome: 'cancelled' }, { message: 'the run was cancelled' }],
    [{ outcome: 'unwritable', message: 'full', code: 'ENOSPC' }, { code: 'disk-full' }],
    [
      { outcome: 'unwritable', message: 'no', code: undefined },
      { message: '/folder/file cannot be written: no' },
    ],
  ])('%j is the error of the usual client', async (result, error) => {
    await expect(sinkFor(result).send({}, cancelled)).rejects.toMatchObject(error);
  });
});
