import { getCACertificates } from 'node:tls';

import { Agent, type Dispatcher, Pool, errors, fetch as undiciFetch } from 'undici';

import { type Clocks, createClocks } from './clock.ts';
import { ActionError, actionErrorIn } from '../errors/error.ts';
import { answerMs, readAnswer } from './answers.ts';
import { CancellableDispatcher } from './cancel.ts';
import { createConnector } from './connect.ts';
import { proxyFor } from './proxy.ts';
import { urlFault } from './urls.ts';

export interface TransportOptions {
  /** PEM certificates of authorities to trust beside the public ones. */
  readonly certificates: readonly string[];
  /** `false` accepts any certificate. */
  readonly verify: boolean;
  /** Connections kept open to one origin at most. */
  readonly connections: number;
  /** The machine's time in milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
  /** Whether plain http to this machine is allowed, see `allowsPlainHttp`. */
  readonly plainHttp: boolean;
  /** Aborts when the run is cancelled. */
  readonly signal: AbortSignal | undefined;
}

/** A way to send requests, which ends when its signal aborts: the requests under way too. */
export interface Lane {
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
  /**
   * `fetch` over this transport: it never follows a redirect, sets the server's clock by each answer, and reads the whole answer, which is limited in
   * size and time.
   */
  readonly fetch: typeof globalThis.fetch;
}

/**
 * All HTTP goes through here, so that the rules for proxies, TLS, plain http, cancellation, and the size and time of answers hold for every
 * client in the program.
 */
export interface Transport extends Lane {
  /** The time of each server, set by its answers. */
  readonly clockOf: Clocks;
  /** Whether plain http to this machine is allowed: no other plain http ever is. */
  readonly plainHttp: boolean;
  /** For requests that clear away what was begun: after the run was cancelled it goes on for some seconds. */
  readonly cleanup: Lane;
  close(): Promise<void>;
}

/** Time to open a connection, proxy and TLS included: two lost SYN packets and a slow handshake fit. */
const connectTimeout = 4_000;

/** What is cleared away after the run was cancelled has to be done by then: the runner kills a step that takes longer. */
export const cleanupMs = 3_000;

/** Opens the transport. Connections are made when they are needed, and kept. */
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
  const agent = createAgent(options, end.signal);
  return {
    ...createLane(agent, run.signal, clockOf),
    cleanup: createLane(agent, end.signal, clockOf),
    clockOf,
    plainHttp,
    close: () => {
      signal?.removeEventListener('abort', cancel);
      end.abort(new errors.ClientDestroyedError());
      return agent.destroy();
    },
  };
}

function createAgent(
  { certificates, verify, connections, plainHttp }: TransportOptions,
  signal: AbortSignal,
): Agent {
  // Given as `ca`, certificates would replace the public roots: these have to be named beside them.
  const ca = certificates.length > 0 ? [...getCACertificates('default'), ...certificates] : undefined;
  const tls = { rejectUnauthorized: verify, ...(ca && { ca }) };
  const options = { connections, keepAliveTimeout: 30_000, keepAliveMaxTimeout: 300_000 };
  return new Agent({
    ...options,
    factory: (origin) => {
      const url = new URL(origin);
      const fault = urlFault(url, plainHttp);
      if (fault)
        throw new ActionError('insecure-address', `Nothing is sent to ${url.host}: its address ${fault}`);
      const proxy = proxyFor(url);
      const connect = createConnector({ proxy, tls, timeoutMs: connectTimeout, signal });
      return new Pool(origin, { ...options, connect });
    },
  });
}

function createLane(agent: Agent, signal: AbortSignal, clockOf: Clocks): Lane {
  return {
    signal,
    dispatcher: new CancellableDispatcher(agent, signal),
    fetch: createFetch(agent, signal, clockOf),
  };
}

function createFetch(dispatcher: Dispatcher, signal: AbortSignal, clockOf: Clocks): typeof globalThis.fetch {
  // The same shapes, declared twice: this undici's, and those of the undici within Node, which refuses dispatchers of another.
  const send = undiciFetch as unknown as typeof globalThis.fetch;
  return async (input, init) => {
    const started = performance.now();
    const late = new AbortController();
    let isAnswered = false;
    const timer = setTimeout(
      () => late.abort(new (isAnswered ? errors.BodyTimeoutError : errors.HeadersTimeoutError)()),
      answerMs,
    );
    const signals = [signal, late.signal, ...(init?.signal ? [init.signal] : [])];
    const over: object = { dispatcher, signal: AbortSignal.any(signals) };
    try {
      const response = await send(input, { ...init, ...over, redirect: 'manual' });
      isAnswered = true;
      // A cache gives the time of the day on which it was filled.
      const url = new URL(input instanceof Request ? input.url : input);
      const isFresh = Number(response.headers.get('age') ?? 0) === 0;
      if (isFresh) clockOf(url).observe(response.headers.get('date'), performance.now() - started);
      return await whole(response, url.origin);
    } catch (error) {
      // Otherwise it would be a cause of "fetch failed".
      throw actionErrorIn(error) ?? error;
    } finally {
      clearTimeout(timer);
    }
  };
}

/** The answer with all of its body, which then takes no time to be read. */
async function whole(response: Response, origin: string): Promise<Response> {
  const { status, statusText, headers } = response;
  if (status > 599) throw new ActionError('unusable-answer', `${origin} answered with status ${status}`);
  const body = await readAnswer(response, origin);
  return new Response(body.length > 0 ? new Uint8Array(body) : null, {
    status,
    statusText,
    headers: [...headers],
  });
}
