import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { expect, test } from '@jest/globals';

import type { ReceiveJob, ThreadRequest } from '../../../src/transfer/threadJobs.ts';
import { temporaryFolder } from '../folders.ts';
import { serve } from '../servers.ts';

test('a job that throws does not end its thread', async () => {
  using folder = temporaryFolder();
  await using server = await serve(() => ({ status: 404, headers: { 'content-length': '0' } }));
  // No bundle, so that the test needs no build.
  const thread = new Worker(new URL('../../../src/transfer/fileWorker.ts', import.meta.url));
  const job: ReceiveJob = {
    path: folder.at('part'),
    offset: 0,
    length: 1,
    algorithm: 'md5',
    request: { origin: server.url, path: '/key', headers: {} },
    connection: { proxy: undefined, tls: { rejectUnauthorized: true }, timeoutMs: 10_000 },
    stallMs: 60_000,
  };
  // This value has no text.
  const headers = { range: { toString: 0, valueOf: 0 } } as unknown as Record<string, string>;
  const broken = { ...job, request: { ...job.request, headers } };
  const run = async (request: ThreadRequest) => {
    thread.postMessage(request);
    const [answer] = (await once(thread, 'message')) as unknown[];
    return answer;
  };
  try {
    expect(await run({ id: 1, kind: 'receive', job: broken })).toMatchObject({
      id: 1,
      error: expect.stringContaining('primitive'),
    });
    const result = { outcome: 'refused', answer: { status: 404 } };
    expect(await run({ id: 2, kind: 'receive', job })).toMatchObject({ id: 2, result });
  } finally {
    await thread.terminate();
  }
});
