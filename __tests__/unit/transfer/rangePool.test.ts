import { writeFileSync } from 'node:fs';
import { type Server, type Socket, createServer } from 'node:net';
import { once } from 'node:events';

import { expect, test } from '@jest/globals';

import { openRangePool } from '../../../src/transfer/rangePool.ts';
import { type Thread, startThread } from '../../../src/transfer/thread.ts';
import type { ReceiveJob } from '../../../src/transfer/threadJobs.ts';
import { temporaryFolder } from '../folders.ts';

const answer = 'HTTP/1.1 206 Partial Content\r\nContent-Length: 4\r\nETag: "e"\r\n\r\nfour';

/** A server that answers once so many requests have arrived. */
async function heldServer(held: number) {
  const sockets = new Set<Socket>();
  const waiting: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket
      .on('error', () => undefined)
      .on('close', () => sockets.delete(socket))
      .on('data', () => {
        waiting.push(socket);
        if (waiting.length >= held) for (const one of waiting.splice(0)) one.write(answer);
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  return {
    origin: `http://127.0.0.1:${port}`,
    /** Resolves when no connection is open. */
    closed: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

test.each([
  { most: 1, jobs: 3, threads: 0 },
  { most: 2, jobs: 1, threads: 0 },
  { most: 2, jobs: 5, threads: 1 },
  { most: 4, jobs: 3, threads: 2 },
])('$jobs ranges at a time in at most $most threads start $threads worker threads', async (given) => {
  using folder = temporaryFolder();
  const server = await heldServer(given.jobs);
  const started: Thread[] = [];
  const pool = openRangePool(given.most, () => {
    const thread = startThread();
    started.push(thread);
    return thread;
  });
  try {
    writeFileSync(folder.at('part'), '');
    const job: ReceiveJob = {
      path: folder.at('part'),
      offset: 0,
      length: 4,
      algorithm: 'crc32',
      request: { origin: server.origin, path: '/key', headers: {} },
      connection: { proxy: undefined, tls: { rejectUnauthorized: true }, timeoutMs: 60_000 },
      stallMs: 60_000,
    };
    const jobs = Array.from({ length: given.jobs }, () => pool.receive(job, undefined));
    for (const result of await Promise.all(jobs)) expect(result).toMatchObject({ outcome: 'received' });
    expect(started).toHaveLength(given.threads);
  } finally {
    await pool.close();
  }
  await server.closed();
});
