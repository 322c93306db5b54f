import { hash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { crc32 } from 'node:zlib';

import { describe, expect, test } from '@jest/globals';

import { receiveRange } from '../../../src/transfer/rangeReceiver.ts';
import type { ReceiveJob } from '../../../src/transfer/threadJobs.ts';
import { createWires } from '../../../src/transfer/threadWire.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { certificateFor, serve, serveProxy } from '../servers.ts';

const never = new AbortController().signal;
const wires = createWires();
const content = Buffer.alloc(3 * 1024 ** 2, 'content ');
const digest = crc32(content).toString(16).padStart(8, '0');
const md5 = hash('md5', content);
const headers = { etag: '"e"', 'x-amz-meta-name': 'café' };

const headOf = (lines: readonly string[], status = '206 Partial Content') =>
  [`HTTP/1.1 ${status}`, ...lines, '', ''].join('\r\n');
const whole = headOf([`Content-Length: ${content.length}`, 'ETag: "e"', 'X-Amz-Meta-Name: café']);

interface RawServer extends AsyncDisposable {
  readonly origin: string;
  /** The first line of each request, by connection. */
  readonly asked: readonly (readonly string[])[];
}

/** A server without TLS that answers each request of a connection with the next of these bytes, and then waits. */
async function rawServer(
  answer: (socket: Socket, request: number) => void,
  onClose: () => void = () => undefined,
): Promise<RawServer> {
  const asked: string[][] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const own: string[] = [];
    asked.push(own);
    open.add(socket);
    socket
      .on('error', () => undefined)
      .on('close', onClose)
      .on('data', (bytes) => {
        own.push(bytes.toString().split('\r\n')[0] ?? '');
        answer(socket, asked.flat().length);
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A job for the whole content, which the file gets after ten other bytes. */
function jobFor(folder: TemporaryFolder, origin: string, more: Partial<ReceiveJob> = {}): ReceiveJob {
  const path = folder.at('part');
  writeFileSync(path, 'x'.repeat(10));
  return {
    path,
    offset: 10,
    length: content.length,
    algorithm: 'crc32',
    request: { origin, path: '/bucket/key', headers: { range: 'bytes=0-1' } },
    connection: { proxy: undefined, tls: { rejectUnauthorized: true }, timeoutMs: 10_000 },
    stallMs: 60_000,
    ...more,
  };
}

function expectWritten({ path }: ReceiveJob): void {
  const written = readFileSync(path);
  expect(written.subarray(0, 10).toString()).toBe('x'.repeat(10));
  expect(written.subarray(10).equals(content)).toBe(true);
}

const received = { outcome: 'received', digest, answer: { status: 206, headers } };

describe('a range', () => {
  test('is written while it arrives, in any pieces, and the connection serves the next one', async () => {
    using folder = temporaryFolder();
    await using server = await rawServer((socket, request) => {
      const bytes = Buffer.concat([Buffer.from(whole), content]);
      const cut = request === 1 ? [5, whole.length - 2, whole.length + 1, 70_000] : [bytes.length];
      for (const [index, end] of [...cut, bytes.length].entries())
        socket.write(bytes.subarray(index === 0 ? 0 : cut[index - 1], end));
    });
    const first = jobFor(folder, server.origin);
    expect(await receiveRange(first, wires, never)).toMatchObject(received);
    expectWritten(first);
    const second = jobFor(folder, server.origin, { algorithm: 'md5' });
    expect(await receiveRange(second, wires, never)).toMatchObject({ outcome: 'received', digest: md5 });
    expect(server.asked).toEqual([['GET /bucket/key HTTP/1.1', 'GET /bucket/key HTTP/1.1']]);
  });

  test.each([false, true])('arrives over TLS; through a proxy: %s', async (isProxied) => {
    using folder = temporaryFolder();
    // It closes after the server, because a tunnel ends with its connection.
    await using proxy = await serveProxy();
    const certificate = await certificateFor('localhost');
    const answer = { status: 206, body: content, headers: { etag: '"e"' } };
    await using server = await serve(() => answer, certificate);
    const connection = {
      proxy: isProxied ? proxyAt(proxy.url) : undefined,
      tls: { rejectUnauthorized: true, ca: [certificate.cert] },
      timeoutMs: 10_000,
    };
    const job = jobFor(folder, server.url, { connection });
    expect(await receiveRange(job, wires, never)).toMatchObject({ outcome: 'received', digest });
    expectWritten(job);
    expect(proxy.tunnels.map(({ to }) => to)).toEqual(isProxied ? [`localhost:${server.port}`] : []);
  });
});

test('is requested from a server with an IPv6 address', async () => {
  using folder = temporaryFolder();
  // A machine without IPv6 has no such server, but the proxy shows where the connection would go.
  await using proxy = await serveProxy();
  await using server = await rawServer((socket) =>
    socket.write(Buffer.concat([Buffer.from(whole), content])),
  );
  const { port } = new URL(server.origin);
  const connection = { proxy: proxyAt(proxy.url), tls: { rejectUnauthorized: true }, timeoutMs: 10_000 };
  const job = jobFor(folder, `http://[::1]:${port}`, { connection });
  expect(await receiveRange(job, wires, never)).toMatchObject(received);
  expect(proxy.tunnels.map(({ to }) => to)).toEqual([`[::1]:${port}`]);
});

function proxyAt(url: string): ReceiveJob['connection']['proxy'] {
  const { hostname, port, host } = new URL(url);
  return {
    variable: 'HTTPS_PROXY',
    secure: false,
    hostname,
    port: Number(port),
    name: host,
    authorization: undefined,
  };
}

test('an error is received whole, and the connection serves the next request', async () => {
  using folder = temporaryFolder();
  await using server = await rawServer((socket, request) => {
    if (request === 2) {
      socket.write(Buffer.concat([Buffer.from(whole), content]));
      return;
    }
    socket.write(headOf(['Content-Length: 8', 'Retry-After: 2'], '503 Slow Down') + 'caf');
    socket.write('é SD');
  });
  const job = jobFor(folder, server.origin);
  const headers = { 'content-length': '8', 'retry-after': '2' };
  const answer = { status: 503, headers, body: 'café SD', received: 8 };
  expect(await receiveRange(job, wires, never)).toEqual({ outcome: 'refused', answer });
  expect(readFileSync(job.path, 'utf8')).toBe('x'.repeat(10));
  expect(await receiveRange(job, wires, never)).toMatchObject(received);
  expect(server.asked).toEqual([['GET /bucket/key HTTP/1.1', 'GET /bucket/key HTTP/1.1']]);
});

describe('the usual client gets', () => {
  test.each([
    [
      'an error in chunks',
      headOf(['Transfer-Encoding: chunked'], '503 Slow Down') + '5\r\nerror\r\n0\r\n\r\n',
    ],
    ['a long error', headOf(['Content-Length: 70000'], '503 Slow Down') + 'error'],
    ['a redirect', headOf(['Content-Length: 5', 'Location: /other'], '307 Temporary Redirect') + 'other'],
    ['a response in chunks', headOf(['Transfer-Encoding: chunked', 'ETag: "e"']) + '5\r\n01234\r\n'],
    ['a response of another length', headOf(['Content-Length: 5', 'ETag: "e"']) + '01234'],
    ['a response without an ETag', headOf([`Content-Length: ${content.length}`])],
    ['a response with two lengths', headOf(['Content-Length: 1', 'Content-Length: 2', 'ETag: "e"'])],
    ['a response that is not HTTP', `SSH-2.0-OpenSSH\r\n\r\n`],
    ['an endless head', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}`],
    ['a connection that ends without a response', ''],
  ])('%s', async (_, answer) => {
    using folder = temporaryFolder();
    await using server = await rawServer((socket) => (answer === '' ? socket.end() : socket.write(answer)));
    const job = jobFor(folder, server.origin);
    expect(await receiveRange(job, wires, never)).toEqual({ outcome: 'declined' });
    expect(readFileSync(job.path, 'utf8')).toBe('x'.repeat(10));
  });

  test('a server that refuses the connection', async () => {
    using folder = temporaryFolder();
    const server = await rawServer(() => undefined);
    await server[Symbol.asyncDispose]();
    expect(await receiveRange(jobFor(folder, server.origin), wires, never)).toEqual({ outcome: 'declined' });
  });

  test('a server whose certificate is not trusted', async () => {
    using folder = temporaryFolder();
    await using server = await serve(() => ({}), await certificateFor('localhost'));
    expect(await receiveRange(jobFor(folder, server.url), wires, never)).toEqual({ outcome: 'declined' });
  });
});

describe('a job fails', () => {
  const begin = whole + 'some bytes';

  test('when the connection ends within the content', async () => {
    using folder = temporaryFolder();
    await using server = await rawServer((socket) => socket.end(begin));
    expect(await receiveRange(jobFor(folder, server.origin), wires, never)).toEqual({ outcome: 'cut' });
  });

  test.each(['', begin])('when no byte arrives after %j', async (bytes) => {
    using folder = temporaryFolder();
    await using server = await rawServer((socket) => socket.write(bytes));
    const job = jobFor(folder, server.origin, { stallMs: 50 });
    expect(await receiveRange(job, wires, never)).toEqual({ outcome: 'stalled' });
  });

  test.each(['', begin])('when it is cancelled after %j', async (bytes) => {
    using folder = temporaryFolder();
    const cancellation = new AbortController();
    await using server = await rawServer((socket) => {
      socket.write(bytes);
      cancellation.abort();
    });
    const job = jobFor(folder, server.origin);
    expect(await receiveRange(job, wires, cancellation.signal)).toEqual({ outcome: 'cancelled' });
  });

  test('when it is cancelled before it has a connection, which is closed then', async () => {
    using folder = temporaryFolder();
    const [own, { promise: closed, resolve: close }] = [createWires(), Promise.withResolvers<unknown>()];
    await using server = await rawServer(
      () => undefined,
      () => close(true),
    );
    const job = jobFor(folder, server.origin);
    expect(await receiveRange(job, own, AbortSignal.abort())).toEqual({ outcome: 'cancelled' });
    own.close();
    await closed;
  });

  test('when the file cannot be written', async () => {
    using folder = temporaryFolder();
    await using server = await rawServer((socket) => socket.write(begin));
    const job = jobFor(folder, server.origin, { path: folder.at('missing', 'part') });
    expect(await receiveRange(job, wires, never)).toMatchObject({ outcome: 'unwritable', code: 'ENOENT' });
  });
});

test('bytes after the content end the connection', async () => {
  using folder = temporaryFolder();
  await using server = await rawServer((socket) => {
    socket.write(Buffer.concat([Buffer.from(whole), content, Buffer.from('HTTP/1.1 200 OK')]));
  });
  for (let run = 0; run < 2; run += 1) {
    const job = jobFor(folder, server.origin);
    expect(await receiveRange(job, wires, never)).toMatchObject(received);
    expectWritten(job);
  }
  expect(server.asked).toHaveLength(2);
});
