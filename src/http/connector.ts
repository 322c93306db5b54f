import { request } from 'node:http';
import type { Socket } from 'node:net';

import { type buildConnector, buildConnector as buildTls, errors } from 'undici';

import { systemCode } from '../errors/error.ts';
import type { Proxy } from './proxy.ts';
import { type DialOptions, openTcp } from './tcp.ts';

/** The proxy cannot be reached, or refuses the connection. The error contains neither user name nor password. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly variable: string;
  /** `host:port` */
  readonly proxy: string;
  /** The proxy's HTTP status, e.g. 407; undefined if it did not answer. */
  readonly status: number | undefined;

  constructor({ variable, name }: Proxy, message: string, status: number | undefined, cause?: unknown) {
    super(message, { cause });
    this.variable = variable;
    this.proxy = name;
    this.status = status;
  }
}

export interface ConnectOptions extends DialOptions {
  readonly proxy: Proxy | undefined;
  readonly tls: { readonly rejectUnauthorized: boolean; readonly ca?: readonly string[] };
  /** Milliseconds for DNS, TCP, proxy and TLS together. */
  readonly timeoutMs: number;
}

/** Opens connections for undici, directly or through a proxy. */
export function createConnector(options: ConnectOptions): buildConnector.connector {
  const { ca, rejectUnauthorized } = options.tls;
  const secure = buildTls({ rejectUnauthorized, ...(ca && { ca: [...ca] }), timeout: 0 });
  return (target, callback) => {
    const deadline = createDeadline(options);
    open(target, { ...options, signal: deadline.signal }, secure)
      .finally(deadline.end)
      .then(
        (socket) => callback(null, socket),
        (error: unknown) => callback(error as Error, null),
      );
  };
}

/** A signal for one connection, which aborts with the transport's signal or after the time limit. */
function createDeadline({ signal, timeoutMs }: ConnectOptions) {
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  const late = () =>
    controller.abort(new errors.ConnectTimeoutError(`No connection within ${timeoutMs / 1000} s`));
  const timer = setTimeout(late, timeoutMs);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}

async function open(
  target: buildConnector.Options,
  options: ConnectOptions,
  secure: buildConnector.connector,
): Promise<Socket> {
  const { proxy, signal } = options;
  const isSecure = target.protocol === 'https:';
  const port = Number(target.port) || (isSecure ? 443 : 80);
  const socket = proxy
    ? await openTunnel(`${bracketed(target.hostname)}:${port}`, proxy, secure, options)
    : await openTcp(target.hostname, port, options);
  return isSecure ? openTls(target, socket, secure, signal) : socket;
}

async function openTunnel(
  target: string,
  proxy: Proxy,
  secure: buildConnector.connector,
  dialing: DialOptions,
): Promise<Socket> {
  const { signal } = dialing;
  try {
    const { hostname, port } = proxy;
    const plain = await openTcp(hostname, port, dialing);
    const options = { hostname, host: proxy.name, port: String(port), protocol: 'https:' };
    const socket = proxy.secure ? await openTls(options, plain, secure, signal) : plain;
    return await requestTunnel(target, proxy, socket, signal);
  } catch (error) {
    const isCancelled = signal.aborted && systemCode(error) === undefined;
    if (error instanceof ProxyError || isCancelled) throw error;
    throw new ProxyError(proxy, `The proxy ${proxy.name} of ${proxy.variable} failed`, undefined, error);
  }
}

/** Opens a tunnel through a proxy by CONNECT (RFC 9110, 9.3.6). */
function requestTunnel(target: string, proxy: Proxy, socket: Socket, signal: AbortSignal): Promise<Socket> {
  const { authorization } = proxy;
  return runStep(socket, signal, (resolve, reject) => {
    request({
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...(authorization && { 'proxy-authorization': authorization }) },
      createConnection: () => socket,
    })
      .once('connect', ({ statusCode = 0 }, tunnel: Socket, head: Buffer) => {
        if (statusCode < 200 || statusCode > 299) {
          reject(new ProxyError(proxy, `The proxy answered CONNECT with ${statusCode}`, statusCode));
          return;
        }
        if (head.length > 0) tunnel.unshift(head);
        resolve(tunnel);
      })
      .once('error', reject)
      .end();
  });
}

function openTls(
  target: buildConnector.Options,
  socket: Socket,
  secure: buildConnector.connector,
  signal: AbortSignal,
): Promise<Socket> {
  return runStep(socket, signal, (resolve, reject) => {
    secure({ ...target, httpSocket: socket }, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
}

/** Runs one step on a socket. If the step fails or the signal aborts, it closes the socket. */
async function runStep(
  socket: Socket,
  signal: AbortSignal,
  step: (resolve: (socket: Socket) => void, reject: (error: Error) => void) => void,
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  else step(resolve, reject);
  try {
    return await promise;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function bracketed(hostname: string): string {
  return hostname.includes(':') ? `[${hostname}]` : hostname;
}
