import { getCACertificates } from 'node:tls';

import { Agent, type Dispatcher, Pool, errors, fetch as undiciFetch } from 'undici';

import { type Clocks, createClocks } from './clock.ts';
import { ActionError, actionErrorIn } from '../errors/error.ts';
import { responseTimeoutMs, readResponseBody } from './responses.ts';
import { CancellableDispatcher } from './cancellableDispatcher.ts';
import { type TlsOptions, createConnector } from './connector.ts';
import { proxyFor } from './proxy.ts';
import { urlProblem } from './urls.ts';

export interface TransportOptions {
  /** PEM certificates of additional trusted authorities. */
  readonly certificates: readonly string[];
  /** `false` accepts any certificate. */
  readonly verify: boolean;
  /** Most connections to one origin. */
  readonly connections: number;
  /** The machine's time in milliseconds since the epoch; default: `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Whether plain HTTP to this machine is allowed, see `allowsPlainHttp`. */
  readonly plainHttp: boolean;
  /** Aborts when the run is cancelled. */
  readonly signal: AbortSignal | undefined;
}

/** Sends requests until a signal aborts. Then pending requests fail, and no new one starts. */
export interface RequestScope {
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
  /**
   * `fetch` over this transport. It never follows a redirect, sets the server's clock by each response, and reads the whole response
   * within limits of size and time.
   */
  readonly fetch: typeof globalThis.fetch;
}

/** What another thread needs to open connections by the same rules. The proxy depends on the URL, see `proxyFor`. */
export interface ConnectionSettings {
  readonly tls: TlsOptions;
  /** Milliseconds to open a connection. */
  readonly timeoutMs: number;
  /** See {@link Transport.plainHttp}. */
  readonly plainHttp: boolean;
}

/**
 * All HTTP goes through here, so the rules for proxies, TLS, plain HTTP, cancellation, response size and timeouts apply to every client in
 * the program.
 */
export interface Transport extends RequestScope {
  /** Each server's clock, set by its responses. */
  readonly clockOf: Clocks;
  /** Whether plain HTTP to this machine is allowed. To other machines it never is. */
  readonly plainHttp: boolean;
  readonly connection: ConnectionSettings;
  /** For requests that clean up. They may continue for {@link cleanupMs} after the run was cancelled. */
  readonly cleanup: RequestScope;
  close(): Promise<void>;
}

/** Milliseconds to open a connection, including proxy and TLS: enough for two lost SYN packets and a slow handshake. */
const connectTimeout = 4_000;

/** Milliseconds for cleaning up after a cancellation: the runner kills a step that takes longer. */
export const cleanupMs = 3_000;

/** Opens a transport. It opens connections on demand, and keeps them for further requests. */
export function openTransport(options: TransportOptions): Transport {
  const { now, plainHttp, signal } = options;
  const clockOf = createClocks(now);
  const run = new AbortController();
  const end = new AbortController();
  const cancel = () => {
    run.abort(signal?.reason);
    setTimeout(() => end.abort(signal?.reason), cleanupMs).unref();
  };
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();
  const connection = { tls: tlsOptions(options), timeoutMs: connectTimeout, plainHttp };
  const agent = createAgent(options, connection, end.signal);
  return {
    ...createScope(agent, run.signal, clockOf),
    cleanup: createScope(agent, end.signal, clockOf),
    clockOf,
    plainHttp,
    connection,
    close: () => {
      signal?.removeEventListener('abort', cancel);
      end.abort(new errors.ClientDestroyedError());
      return agent.destroy();
    },
  };
}

function tlsOptions({ certificates, verify }: TransportOptions): TlsOptions {
  // The option `ca` replaces the public roots, so this list contains them as well.
  const ca = certificates.length > 0 ? [...getCACertificates('default'), ...certificates] : undefined;
  return { rejectUnauthorized: verify, ...(ca && { ca }) };
}

function createAgent(
  { connections }: TransportOptions,
  { tls, timeoutMs, plainHttp }: ConnectionSettings,
  signal: AbortSignal,
): Agent {
  const options = { connections, keepAliveTimeout: 30_000, keepAliveMaxTimeout: 300_000 };
  return new Agent({
    ...options,
    factory: (origin) => {
      const url = new URL(origin);
      const fault = urlProblem(url, plainHttp);
      if (fault)
        throw new ActionError(
          'insecure-address',
          `Refused to send a request to ${url.host}: its address ${fault}`,
        );
      const proxy = proxyFor(url);
      const connect = createConnector({ proxy, tls, timeoutMs, signal });
      return new Pool(origin, { ...options, connect });
    },
  });
}

function createScope(agent: Agent, signal: AbortSignal, clockOf: Clocks): RequestScope {
  return {
    signal,
    dispatcher: new CancellableDispatcher(agent, signal),
    fetch: createFetch(agent, signal, clockOf),
  };
}

function createFetch(dispatcher: Dispatcher, signal: AbortSignal, clockOf: Clocks): typeof globalThis.fetch {
  // Node's built-in fetch rejects a dispatcher of this undici. Its types have the same shapes.
  const send = undiciFetch as unknown as typeof globalThis.fetch;
  return async (input, init) => {
    const started = performance.now();
    const late = new AbortController();
    let isAnswered = false;
    const timer = setTimeout(
      () => late.abort(new (isAnswered ? errors.BodyTimeoutError : errors.HeadersTimeoutError)()),
      responseTimeoutMs,
    );
    const signals = [signal, late.signal, ...(init?.signal ? [init.signal] : [])];
    const over: object = { dispatcher, signal: AbortSignal.any(signals) };
    try {
      const response = await send(input, { ...init, ...over, redirect: 'manual' });
      isAnswered = true;
      // A response from a cache has the date at which it was stored.
      const url = new URL(input instanceof Request ? input.url : input);
      const isFresh = Number(response.headers.get('age') ?? 0) === 0;
      if (isFresh) clockOf(url).observe(response.headers.get('date'), performance.now() - started);
      return await readWhole(response, url.origin);
    } catch (error) {
      // fetch wraps an ActionError in a TypeError "fetch failed".
      throw actionErrorIn(error) ?? error;
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Reads the whole body, and returns a response that has it in memory. */
async function readWhole(response: Response, origin: string): Promise<Response> {
  const { status, statusText, headers } = response;
  if (status > 599) throw new ActionError('unusable-answer', `${origin} answered with status ${status}`);
  const body = await readResponseBody(response, origin);
  return new Response(body.length > 0 ? new Uint8Array(body) : null, {
    status,
    statusText,
    headers: [...headers],
  });
}
