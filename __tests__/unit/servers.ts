import { type IncomingMessage, type RequestListener, type ServerResponse, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { generate } from 'selfsigned';

import { type Transport, type TransportOptions, openTransport } from '../../src/http/transport.ts';

export interface Asked {
  readonly method: string | undefined;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A status, a body (an object is sent as JSON) and headers. */
export interface Answer {
  readonly status?: number;
  readonly body?: object | string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Closes the connection after so many bytes of the body, which is a buffer. */
  readonly cutAfter?: number;
}

export interface LocalServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** All requests so far, in order. */
  readonly asked: Asked[];
  /** Number of connections so far. */
  readonly connections: () => number;
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A self-signed certificate for these names. */
export async function certificateFor(...names: string[]): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: names[0] ?? '' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true },
      { name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) },
    ],
  });
  return { key: made.private, cert: made.cert };
}

/** Servers keep idle connections, so that they never close one that a client on a busy machine is about to reuse. */
const idle = { keepAliveTimeout: 0 };

/**
 * A local server. @param answer the response to each request; without one, the server closes the connection
 */
export async function serve(
  answer: (asked: Asked, count: number) => Answer | undefined | Promise<Answer | undefined>,
  certificate?: Certificate,
): Promise<LocalServer> {
  const asked: Asked[] = [];
  const reply = async (request: IncomingMessage, response: ServerResponse) => {
    const { method, url: path = '', headers } = request;
    const one = { method, path, headers, body: await text(request) };
    asked.push(one);
    const given = await answer(one, asked.length);
    if (!given) {
      request.socket.destroy();
      return;
    }
    if (Buffer.isBuffer(given.body)) {
      sendBytes(response, given.body, given);
      return;
    }
    const isText = typeof given.body === 'string';
    response.writeHead(given.status ?? 200, {
      'content-type': isText ? 'text/html' : 'application/json',
      ...given.headers,
    });
    response.end(isText ? given.body : given.body && JSON.stringify(given.body));
  };
  const listener: RequestListener = (request, response) => {
    // In some tests, the client closes the connection within its body.
    reply(request, response).catch(() => response.destroy());
  };
  const server = certificate
    ? createTlsServer({ ...idle, ...certificate }, listener)
    : createServer(idle, listener);
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${certificate ? 'https' : 'http'}://localhost:${port}`,
    port,
    asked,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function sendBytes(
  response: ServerResponse,
  body: Buffer,
  { status = 200, headers, cutAfter }: Answer,
): void {
  response.writeHead(status, { 'content-length': String(body.length), ...headers });
  if (cutAfter === undefined) response.end(body);
  else response.write(body.subarray(0, cutAfter), () => response.destroy());
}

export interface LocalProxy extends AsyncDisposable {
  readonly url: string;
  /** The `host:port` of each requested tunnel, and the client's credentials. */
  readonly tunnels: { readonly to: string; readonly authorization: string | undefined }[];
}

/**
 * A proxy that opens tunnels (CONNECT), and resolves every host name to this machine.
 * @param refusal status with which it rejects all tunnels
 */
export async function serveProxy(refusal?: number): Promise<LocalProxy> {
  const tunnels: LocalProxy['tunnels'] = [];
  const server = createServer();
  server.on('connect', ({ url = '', headers }: IncomingMessage, socket) => {
    tunnels.push({ to: url, authorization: headers['proxy-authorization'] });
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(Number(url.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    tunnels,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** A transport that is closed at the end of the block (`await using`). */
export function transport(options: Partial<TransportOptions> = {}): Transport & AsyncDisposable {
  const opened = openTransport({
    certificates: [],
    verify: true,
    connections: 4,
    plainHttp: true,
    signal: new AbortController().signal,
    ...options,
  });
  return { ...opened, [Symbol.asyncDispose]: () => opened.close() };
}

/** A JSON Web Token without a valid signature. */
export function jwt(claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}.c2lnbmF0dXJl`;
}
