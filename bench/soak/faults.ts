import { request as forward } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Transform, pipeline } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** What goes wrong with a request. The client has to recover from each of them. */
const faults = ['unavailable', 'broken', 'reset', 'lost', 'cut'] as const;
type Fault = (typeof faults)[number];

/** One request in so many has a fault. A prime, so that it meets requests of all kinds. */
const every = 29;

export interface FaultyProxy {
  readonly handle: RequestListener;
  readonly counts: Record<'requests' | Fault, number>;
}

/** Bytes per second of the files that are slow, by a part of their keys. */
const rates: readonly (readonly [string, number])[] = [
  ['/soak-large/', 400_000],
  ['/soak-many/', 400_000],
  ['/slow.bin', 16_000_000],
];

/**
 * A proxy in front of the storage with slow files and faults: 503, a page of HTML, a reset connection, a response that is lost after the
 * storage did its work, and a response that ends early. The `Host` header stays the same, because it is part of signatures.
 * @param target origin of the storage, plain HTTP
 */
export function createFaultyProxy(target: string): FaultyProxy {
  const counts = { requests: 0, unavailable: 0, broken: 0, reset: 0, lost: 0, cut: 0 };
  const limits = rates.map(([part, rate]) => [part, createLimit(rate)] as const);
  return {
    counts,
    handle: (request, response) => {
      counts.requests += 1;
      const turn = counts.requests / every;
      const fault = Number.isInteger(turn) ? faults[turn % faults.length] : undefined;
      if (fault) counts[fault] += 1;
      const limit = limits.find(([part]) => request.url?.includes(part))?.[1];
      serve({ target, request, response, fault, limit });
    },
  };
}

interface Exchange {
  readonly target: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly fault: Fault | undefined;
  readonly limit: Limit | undefined;
}

function serve(exchange: Exchange): void {
  const { request, response, fault } = exchange;
  const answer = (status: number, body: string) =>
    void request.resume().on('end', () => response.writeHead(status).end(body));
  if (fault === 'unavailable') answer(503, '<Error><Code>SlowDown</Code></Error>');
  else if (fault === 'broken') answer(502, '<html><body>Bad gateway');
  else if (fault === 'reset') request.socket.resetAndDestroy();
  else pass(exchange);
}

function pass({ target, request, response, fault, limit }: Exchange): void {
  const { method, url: path, headers } = request;
  // A new connection for each request, so that the storage never closes one that is about to be reused.
  const upstream = forward(new URL(target), {
    agent: false,
    method,
    path,
    headers: { ...headers, connection: 'close' },
  });
  upstream.on('continue', () => response.writeContinue());
  upstream.on('response', (answer) => reply(answer, response, fault, limit));
  upstream.on('error', () => response.destroy());
  response.on('close', () => upstream.destroy());
  if (limit) pipeline(request, slowed(limit), upstream, ignore);
  else pipeline(request, upstream, ignore);
}

function reply(
  answer: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
  limit: Limit | undefined,
): void {
  if (fault === 'lost') {
    response.destroy();
    return;
  }
  // The connection to the storage closes, the one to the client does not.
  const headers = Object.entries(answer.headers).filter(([name]) => name !== 'connection');
  response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
  if (fault === 'cut') {
    response.flushHeaders();
    answer.once('data', (chunk: Buffer) => {
      response.write(chunk.subarray(0, chunk.length / 2), () => response.destroy());
    });
    answer.once('end', () => response.destroy());
  } else if (limit) pipeline(answer, slowed(limit), response, ignore);
  else pipeline(answer, response, ignore);
}

/** If one side of a pipeline ends early, the other is closed already. */
const ignore = () => undefined;

/** Waits until a number of bytes may pass. */
type Limit = (bytes: number) => Promise<void>;

function createLimit(bytesPerSecond: number): Limit {
  let free = performance.now();
  return async (bytes) => {
    free = Math.max(free, performance.now()) + (1000 * bytes) / bytesPerSecond;
    await sleep(free - performance.now());
  };
}

function slowed(limit: Limit): Transform {
  return new Transform({
    transform: (chunk: Buffer, _, done) => void limit(chunk.length).then(() => done(undefined, chunk)),
  });
}
