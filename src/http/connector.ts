import { request } from 'node:http';
import { type Socket, isIP } from 'node:net';
import { type SecureContext, connect as connectTls, createSecureContext } from 'node:tls';

import type { buildConnector } from 'undici';

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

/** No connection within the time limit. It has undici's code, so that all time limits have the same explanation. */
class ConnectTimeoutError extends Error {
  override readonly name = 'ConnectTimeoutError';
  readonly code = 'UND_ERR_CONNECT_TIMEOUT';
}

export interface TlsOptions {
  readonly rejectUnauthorized: boolean;
  /** PEM certificates of all trusted authorities. Default: those of Node.js. */
  readonly ca?: readonly string[];
}

export interface ConnectOptions extends DialOptions {
  readonly proxy: Proxy | undefined;
  readonly tls: TlsOptions;
  /** Milliseconds for DNS, TCP, proxy and TLS together. */
  readonly timeoutMs: number;
}

/** Opens connections for undici, directly or through a proxy. */
export function createConnector(options: ConnectOptions): buildConnector.connector {
  const secure = createTlsClient(options.tls);
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
  const late = () => controller.abort(new ConnectTimeoutError(`No connection within ${timeoutMs / 1000} s`));
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
  secure: TlsClient,
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
  secure: TlsClient,
  dialing: DialOptions,
): Promise<Socket> {
  const { signal } = dialing;
  try {
    const plain = await openTcp(proxy.hostname, proxy.port, dialing);
    const socket = proxy.secure ? await openTls(proxy, plain, secure, signal) : plain;
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
  { hostname }: TlsTarget,
  socket: Socket,
  secure: TlsClient,
  signal: AbortSignal,
): Promise<Socket> {
  return runStep(socket, signal, (resolve, reject) => {
    const opened = secure(hostname, socket);
    opened.once('secureConnect', () => resolve(opened)).on('error', reject);
  });
}

type TlsTarget = Pick<buildConnector.Options, 'hostname'>;

/** Starts TLS on a socket. */
type TlsClient = (host: string, socket: Socket) => Socket;

/** Connections to the same host resume a TLS session (RFC 8446, 2.2), which saves half of the handshake's CPU time. */
function createTlsClient({ ca, rejectUnauthorized }: TlsOptions): TlsClient {
  const sessions = new Map<string, Buffer>();
  let context: SecureContext | undefined;
  return (host, socket) => {
    // Parsing the certificates takes 20 ms.
    context ??= createSecureContext(ca && { ca: [...ca] });
    const session = sessions.get(host);
    return connectTls({
      socket,
      host,
      // Server Name Indication does not allow addresses (RFC 6066, 3).
      ...(isIP(host) === 0 && { servername: host }),
      ...(session && { session }),
      secureContext: context,
      rejectUnauthorized,
      ALPNProtocols: ['http/1.1'],
    }).on('session', (issued: Buffer) => void sessions.set(host, issued));
  };
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
