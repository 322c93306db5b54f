import { describe, expect, test } from '@jest/globals';

import { cancel, receive } from '../../../src/transfer/receiveJobs.ts';
import type { ReceiveJob } from '../../../src/transfer/threadJobs.ts';
import { temporaryFolder } from '../folders.ts';
import { serve } from '../servers.ts';

function jobFor(path: string, origin: string): ReceiveJob {
  return {
    path,
    offset: 0,
    length: 1,
    algorithm: 'md5',
    request: { origin, path: '/key', headers: {} },
    connection: { proxy: undefined, tls: { rejectUnauthorized: true }, timeoutMs: 10_000 },
    stallMs: 60_000,
  };
}

describe('a job of a worker thread', () => {
  test('that throws has its error as the answer', async () => {
    using folder = temporaryFolder();
    await using server = await serve(() => ({ status: 404, headers: { 'content-length': '0' } }));
    const job = jobFor(folder.at('part'), server.url);
    // This value has no text.
    const headers = { range: { toString: 0, valueOf: 0 } } as unknown as Record<string, string>;
    expect(await receive(1, { ...job, request: { ...job.request, headers } })).toEqual({
      id: 1,
      error: expect.stringContaining('primitive'),
    });
    expect(await receive(2, job)).toMatchObject({ id: 2, result: { outcome: 'refused' } });
  });

  test('ends when it is cancelled', async () => {
    using folder = temporaryFolder();
    await using server = await serve(() => {
      cancel(3);
      return new Promise(() => undefined);
    });
    const job = jobFor(folder.at('part'), server.url);
    expect(await receive(3, job)).toEqual({ id: 3, result: { outcome: 'cancelled' } });
  });
});
