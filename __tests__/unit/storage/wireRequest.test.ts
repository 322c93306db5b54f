import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';

import { describe, expect, test } from '@jest/globals';
import { Agent } from 'undici';

import { StalledError, sendRequest } from '../../../src/storage/wireRequest.ts';
import { transport } from '../servers.ts';
import type { StallTimer, WireRequest } from '../../../src/storage/wire.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** A server whose behaviour for each connection the test decides. */
async function listen(onConnection: (socket: Socket, count: number) => void) {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket, sockets.size);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const over = transport({ connections: 1 });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    dispatcher: over.dispatcher,
    connections: () => sockets.size,
    [Symbol.asyncDispose]: async () => {
      await over[Symbol.asyncDispose]();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

type Listener = Awaited<ReturnType<typeof listen>>;

function put({ origin }: Listener, body?: Buffer, headers: WireRequest['headers'] = {}): WireRequest {
  return { origin, path: '/b/k?x=1', method: 'PUT', headers, body };
}

const ok = 'HTTP/1.1 200 OK\r\netag: "e"\r\ncontent-length: 0\r\n\r\n';
const denied = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\ndenied';

/** Time that passes only when a test says so: a busy machine cannot change the result. */
function virtualTimer(): StallTimer & { advance(ms: number): void } {
  let time = 0;
  const pending = new Set<{ readonly at: number; readonly call: () => void }>();
  return {
    now: () => time,
    after: (ms, call) => {
      const entry = { at: time + ms, call };
      pending.add(entry);
      return () => pending.delete(entry);
    },
    advance: (ms) => {
      time += ms;
      for (const entry of [...pending]) if (entry.at <= time && pending.delete(entry)) entry.call();
    },
  };
}

/** Resolves when a request with a body of so many bytes is complete. @param onChunk called with the bytes of each chunk */
async function receive(
  socket: Socket,
  length: number,
  onChunk?: (bytes: number) => void,
): Promise<{ head: string; body: Buffer }> {
  const chunks: Buffer[] = [];
  let received = 0;
  let head = -1;
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    received += chunk.length;
    if (head < 0) head = Buffer.concat(chunks).indexOf('\r\n\r\n') + 4;
    if (head >= 4 && received >= head + length) break;
    if (head < 4) head = -1;
    onChunk?.(chunk.length);
  }
  const all = Buffer.concat(chunks);
  return { head: all.toString('latin1', 0, head), body: all.subarray(head) };
}

function pattern(length: number): Buffer {
  return Buffer.from(Uint32Array.from({ length: length / 4 }, (_, index) => index * 2_654_435_761).buffer);
}

test.each([0, 4, 256 * KiB, 256 * KiB + 4, 3 * MiB])(
  'a body of %d bytes arrives unchanged, with its length',
  async (length) => {
    const received: { head: string; body: Buffer }[] = [];
    await using server = await listen((socket) => {
      void receive(socket, length).then((request) => {
        received.push(request);
        socket.write(ok);
      });
    });
    const body = pattern(length);
    const answer = await sendRequest(server.dispatcher, put(server, body, { 'x-a': 'b' }), {
      stallMs: 60_000,
    });
    expect(answer).toMatchObject({ status: 200, headers: { etag: '"e"' }, body: '' });
    expect(received[0]?.head).toMatch(/^PUT \/b\/k\?x=1 HTTP\/1\.1\r\n/);
    expect(received[0]?.head).toContain('x-a: b\r\n');
    expect(received[0]?.head).toContain(`content-length: ${length}\r\n`);
    expect(received[0]?.body.equals(body)).toBe(true);
  },
);

test('a connection is reused for the next request', async () => {
  await using server = await listen((socket) => {
    socket.on('data', () => socket.write(ok));
  });
  for (let count = 0; count < 3; count += 1)
    await sendRequest(server.dispatcher, put(server, Buffer.alloc(10)), { stallMs: 60_000 });
  expect(server.connections()).toBe(1);
});

describe('a connection without progress is closed', () => {
  test('if no response begins', async () => {
    const timer = virtualTimer();
    const received = Promise.withResolvers<unknown>();
    await using server = await listen((socket) => {
      socket.once('data', received.resolve).resume();
    });
    let error: unknown;
    const ended = sendRequest(server.dispatcher, put(server), { stallMs: 150, timer }).catch(
      (reason: unknown) => {
        error = reason;
      },
    );
    await received.promise;
    timer.advance(149);
    await new Promise(setImmediate);
    expect(error).toBeUndefined();
    timer.advance(1);
    await ended;
    expect(error).toBeInstanceOf(StalledError);
    expect(error).toMatchObject({ code: 'ETIMEDOUT', message: 'No byte moved for 0.15 s' });
  });

  test('if the server stops reading in the middle of a large body', async () => {
    await using server = await listen((socket) => {
      socket.once('data', () => socket.pause());
    });
    const body = Buffer.alloc(64 * MiB);
    await expect(sendRequest(server.dispatcher, put(server, body), { stallMs: 150 })).rejects.toThrow(
      StalledError,
    );
  });

  test('if a response stops in the middle', async () => {
    await using server = await listen((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbegun'));
    });
    await expect(sendRequest(server.dispatcher, put(server), { stallMs: 150 })).rejects.toThrow(StalledError);
  });

  test('and the next request gets a new one', async () => {
    await using server = await listen((socket, count) => {
      socket.on('data', () => count > 1 && socket.write(ok));
    });
    await expect(sendRequest(server.dispatcher, put(server), { stallMs: 100 })).rejects.toThrow(StalledError);
    expect(await sendRequest(server.dispatcher, put(server), { stallMs: 60_000 })).toMatchObject({
      status: 200,
    });
  });
});

describe('a slow connection does not fail', () => {
  test('during a slow body, and while the response takes no longer than the body', async () => {
    // The body takes 3.2 s. The operating system buffers less than 10 MiB of it, which take 0.5 s.
    const length = 64 * MiB;
    const timer = virtualTimer();
    await using server = await listen((socket) => {
      void receive(socket, length, (bytes) => timer.advance((50 * bytes) / MiB)).then(() => {
        timer.advance(800);
        socket.write(ok);
      });
    });
    const answer = await sendRequest(server.dispatcher, put(server, Buffer.alloc(length)), {
      stallMs: 700,
      timer,
    });
    expect(answer.status).toBe(200);
    expect(timer.now()).toBeGreaterThan(3_900);
  });

  test('during a slow response', async () => {
    await using server = await listen((socket) => {
      socket.once('data', () => {
        const bits = Array.from('HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nanswered');
        const timer = setInterval(() => {
          const bit = bits.shift();
          if (bit === undefined) clearInterval(timer);
          else socket.write(bit);
        }, 5);
      });
    });
    const answer = await sendRequest(server.dispatcher, put(server), { stallMs: 60_000 });
    expect(answer).toMatchObject({ status: 200, body: 'answered' });
  });
});

describe('a signal aborts a request', () => {
  const reason = new Error('enough');

  test('before the start: nothing is sent', async () => {
    await using server = await listen((socket) => socket.resume());
    const signal = AbortSignal.abort(reason);
    await expect(sendRequest(server.dispatcher, put(server), { stallMs: 60_000, signal })).rejects.toBe(
      reason,
    );
    expect(server.connections()).toBe(0);
  });

  test('while it waits for a connection', async () => {
    const dispatcher = new Agent({ connect: () => undefined });
    const abort = new AbortController();
    const request = { origin: 'http://127.0.0.1:9', path: '/', method: 'GET', headers: {} } as const;
    const exchanged = sendRequest(dispatcher, request, { stallMs: 60_000, signal: abort.signal });
    setTimeout(() => abort.abort(reason), 20);
    await expect(exchanged).rejects.toBe(reason);
    void dispatcher.destroy();
  });

  test('while the body is sent', async () => {
    const abort = new AbortController();
    const closed: Promise<unknown>[] = [];
    await using server = await listen((socket) => {
      closed.push(once(socket, 'close'));
      socket.once('data', () => abort.abort(reason));
      socket.on('end', () => socket.destroy());
    });
    const body = Buffer.alloc(32 * MiB);
    const options = { stallMs: 60_000, signal: abort.signal };
    await expect(sendRequest(server.dispatcher, put(server, body), options)).rejects.toBe(reason);
    await Promise.all(closed);
  });

  test('while it waits for the response, with an error even if the reason is a text', async () => {
    const abort = new AbortController();
    await using server = await listen((socket) => {
      socket.once('data', () => abort.abort('text'));
    });
    await expect(
      sendRequest(server.dispatcher, put(server), { stallMs: 60_000, signal: abort.signal }),
    ).rejects.toThrow('Cancelled');
  });

  test('but not after the response', async () => {
    const abort = new AbortController();
    await using server = await listen((socket) => {
      socket.on('data', () => socket.write(ok));
    });
    const options = { stallMs: 60_000, signal: abort.signal };
    await sendRequest(server.dispatcher, put(server), options);
    abort.abort();
    await sendRequest(server.dispatcher, put(server), { stallMs: 60_000 });
    expect(server.connections()).toBe(1);
  });
});

describe('a response', () => {
  test.each([256 * KiB, 64 * MiB])(
    'that comes before %d bytes of body are sent counts, and the connection is not reused',
    async (length) => {
      const first = Promise.withResolvers<Socket>();
      await using server = await listen((socket, count) => {
        socket.once('data', () => {
          if (count > 1) socket.write(ok);
          else {
            first.resolve(socket);
            socket.pause();
            socket.end(denied.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'));
          }
        });
      });
      const answer = await sendRequest(server.dispatcher, put(server, Buffer.alloc(length)), {
        stallMs: 60_000,
      });
      expect(answer).toMatchObject({ status: 403, body: 'denied' });
      (await first.promise).destroy();
      const second = await sendRequest(server.dispatcher, put(server), { stallMs: 60_000 });
      expect(second.status).toBe(200);
      expect(server.connections()).toBe(2);
    },
  );

  test.each([
    ['in its headers', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['in a body of a known length', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\ncut'],
    ['in a chunked body', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\ncut\r\n'],
    ['before it begins', ''],
  ])('that ends %s is a broken connection', async (_, part) => {
    await using server = await listen((socket) => {
      socket.once('data', () => socket.end(part));
    });
    await expect(sendRequest(server.dispatcher, put(server), { stallMs: 60_000 })).rejects.toMatchObject({
      code: expect.stringMatching(/^UND_ERR_|^ECONN/),
    });
  });

  test('is kept up to 64 KiB', async () => {
    await using server = await listen((socket) => {
      socket.once('data', () =>
        socket.write(`HTTP/1.1 500 Oh\r\ncontent-length: ${MiB}\r\n\r\n${'x'.repeat(MiB)}`),
      );
    });
    const { status, body } = await sendRequest(server.dispatcher, put(server), { stallMs: 60_000 });
    expect([status, body.length]).toEqual([500, 64 * KiB]);
  });

  const chunk = (length: number) => `${length.toString(16)}\r\n${'x'.repeat(length)}\r\n`;
  const chunked = (status: string) => `HTTP/1.1 ${status}\r\ntransfer-encoding: chunked\r\n\r\n`;

  /** Sends a piece again and again until the connection closes. */
  const forever = (socket: Socket, piece: string, everyMs: number) => {
    const timer = setInterval(() => socket.write(piece), everyMs);
    socket.on('close', () => clearInterval(timer));
  };

  test('that continues slowly without an end is a stalled connection', async () => {
    await using server = await listen((socket) => {
      socket.once('data', () => {
        socket.write(chunked('200 OK'));
        forever(socket, chunk(1), 10);
      });
    });
    await expect(sendRequest(server.dispatcher, put(server), { stallMs: 300 })).rejects.toThrow(StalledError);
  });

  test('is read up to 8 MiB: beyond that, an error response counts, and any other response fails', async () => {
    let status = '503 Slow';
    await using server = await listen((socket) => {
      socket.on('data', () => {
        socket.write(chunked(status));
        forever(socket, chunk(MiB), 1);
      });
    });
    const answer = await sendRequest(server.dispatcher, put(server), { stallMs: 20_000 });
    expect([answer.status, answer.body.length]).toEqual([503, 64 * KiB]);
    status = '200 OK';
    await expect(sendRequest(server.dispatcher, put(server), { stallMs: 20_000 })).rejects.toMatchObject({
      code: 'unusable-answer',
      message: expect.stringContaining('answered with more than 8.0 MiB'),
    });
  });

  test('after an informational response counts', async () => {
    await using server = await listen((socket) => {
      socket.once('data', () => socket.write(`HTTP/1.1 102 Processing\r\nx-a: 1\r\n\r\n${denied}`));
    });
    const answer = await sendRequest(server.dispatcher, put(server), { stallMs: 60_000 });
    expect(answer).toMatchObject({ status: 403, body: 'denied' });
    expect(answer.headers['x-a']).toBeUndefined();
  });
});
