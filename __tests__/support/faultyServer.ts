import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform, pipeline } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import type { Subject } from './subject.ts';

/** A request to the storage. */
export interface SeenRequest {
  readonly method: string;
  /** Decoded, without the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
  /** Number of earlier requests with the same method, key and query. */
  readonly before: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export type Fault =
  /** Closes the connection after this many bytes of the body. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** A response of the proxy. The request does not reach the server. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** An endless response: headers, then one piece after another. */
  | {
      readonly kind: 'endless';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly piece: string | Buffer;
      /** Milliseconds between two pieces. 0 means without delay. */
      readonly everyMs: number;
    }
  /** Bytes in place of a response, e.g. of a server for another protocol. */
  | { readonly kind: 'raw'; readonly bytes: string }
  /** No answer, ever. */
  | { readonly kind: 'stall' }
  /** The server handles the request, but the response ends after its headers. */
  | { readonly kind: 'lost' }
  /** The connection closes after so many bytes of the response's body, or after a share of it from 0 to 1. */
  | ({ readonly kind: 'cut' } & ({ readonly afterBytes: number } | { readonly share: number }))
  /** One bit of the response's body is wrong. */
  | { readonly kind: 'flip'; readonly offset: number };

/** Faults of the server's response. All others replace it. */
type ResponseFault = Extract<Fault, { kind: 'lost' | 'cut' | 'flip' }>;

const isResponseFault = (fault: Fault): fault is ResponseFault =>
  fault.kind === 'lost' || fault.kind === 'cut' || fault.kind === 'flip';

export interface FaultyStorage {
  readonly url: string;
  readonly requests: SeenRequest[];
  /** Decides about each request from now on. It can be asynchronous. */
  decide: (request: SeenRequest) => Fault | undefined | Promise<Fault | undefined>;
  close(): Promise<void>;
}

/** S3's error document. */
export function errorXml(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>broken on cue</Message><RequestId>cue</RequestId></Error>`;
}

/** An HTTP proxy that causes errors. Signatures stay valid, because the Host header stays the same. */
export async function breakStorage(target: string): Promise<FaultyStorage> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  const requests: SeenRequest[] = [];
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const seen = describe(request, requests);
    requests.push(seen);
    void Promise.resolve(storage.decide(seen)).then((fault) => {
      if (fault === undefined || isResponseFault(fault)) forward(target, agent, request, response, fault);
      else inflict(fault, request, response);
    });
  });
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const storage: FaultyStorage = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    decide: () => undefined,
    close: async () => {
      server.closeAllConnections();
      agent.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return storage;
}

/** A faulty server as the tests of a block use it; each test gets a new one. */
export type FaultyServer = Omit<FaultyStorage, 'close'>;

/** Starts a faulty server before each test of this block, and closes it after the test. */
export function useFaultyServer(target: () => string): FaultyServer {
  let current: FaultyStorage;
  beforeEach(async () => {
    current = await breakStorage(target());
  });
  afterEach(() => current.close());
  return {
    get url() {
      return current.url;
    },
    get requests() {
      return current.requests;
    },
    get decide() {
      return current.decide;
    },
    set decide(decide) {
      current.decide = decide;
    },
  };
}

/** Empties the storage before each test of this block, and lets the test's runs reach it through a faulty server. */
export function useFaultyStorage(subject: () => Subject): FaultyServer {
  const storage = useFaultyServer(() => subject().platform.storageUrl);
  beforeEach(async () => {
    const { platform } = subject();
    await platform.store.clear(buckets.outputs);
    platform.terrapi.storageEndpoint = storage.url;
  });
  afterEach(() => {
    subject().platform.terrapi.storageEndpoint = undefined;
  });
  return storage;
}

function describe(request: http.IncomingMessage, seen: readonly SeenRequest[]): SeenRequest {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
  const method = request.method ?? '';
  const before = seen.filter(
    (other) =>
      other.method === method && other.key === key && String(other.query) === String(url.searchParams),
  ).length;
  return { method, key, query: url.searchParams, headers: request.headers, before, at: Date.now() };
}

function forward(
  target: string,
  agent: http.Agent,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  fault: ResponseFault | undefined,
): void {
  const { hostname, port } = new URL(target);
  const upstream = http.request({
    hostname,
    port,
    agent,
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: request.headers,
  });
  upstream.on('response', (answer) => {
    if (fault?.kind === 'lost') {
      answer.resume();
      response.socket?.destroy();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    if (fault?.kind === 'cut') cut(answer, response, fault).catch(() => response.destroy());
    else if (fault?.kind === 'flip') pipeline(answer, flipBit(fault.offset), response, () => undefined);
    else answer.pipe(response);
  });
  upstream.on('error', () => response.socket?.destroy());
  response.on('close', () => {
    if (!response.writableFinished) upstream.destroy();
  });
  request.pipe(upstream);
}

function inflict(
  fault: Exclude<Fault, ResponseFault>,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): void {
  if (fault.kind === 'answer') {
    request.resume().on('end', () => response.writeHead(fault.status, fault.headers).end(fault.body));
  } else if (fault.kind === 'reset') {
    let read = 0;
    request.on('data', (chunk: Buffer) => {
      read += chunk.length;
      if (read >= fault.afterBytes) request.socket.resetAndDestroy();
    });
  } else if (fault.kind === 'raw') {
    request.resume().on('end', () => request.socket.end(fault.bytes));
  } else if (fault.kind === 'endless') {
    request.resume();
    response.writeHead(fault.status, fault.headers);
    void pour(response, fault);
  } else {
    request.resume();
  }
}

/** Passes on the beginning of a body, and closes the connection. */
async function cut(
  answer: http.IncomingMessage,
  response: http.ServerResponse,
  fault: Extract<Fault, { kind: 'cut' }>,
): Promise<void> {
  const closed = once(response, 'close');
  const length = Number(answer.headers['content-length']);
  let left = 'share' in fault ? Math.floor(fault.share * length) : fault.afterBytes;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    const sent = chunk.subarray(0, left);
    left -= sent.length;
    if (left <= 0) {
      response.write(sent, () => response.socket?.destroy());
      return;
    }
    if (!response.write(sent)) await Promise.race([once(response, 'drain'), closed]);
  }
}

/** Passes on a body with one wrong bit. */
function flipBit(offset: number): Transform {
  let before = 0;
  return new Transform({
    transform: (chunk: Buffer, _, done) => {
      const copy = Buffer.from(chunk);
      const index = offset - before;
      if (index >= 0 && index < copy.length) copy.writeUInt8(copy.readUInt8(index) ^ 1, index);
      before += chunk.length;
      done(undefined, copy);
    },
  });
}

async function pour(
  response: http.ServerResponse,
  { piece, everyMs }: Extract<Fault, { kind: 'endless' }>,
): Promise<void> {
  const closed = once(response, 'close');
  while (!response.destroyed) {
    if (!response.write(piece)) await Promise.race([once(response, 'drain'), closed]);
    if (everyMs > 0) await Promise.race([sleep(everyMs), closed]);
  }
}
