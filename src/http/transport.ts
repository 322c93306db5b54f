import { getCACertificates } from 'node:tls';

import { checkBypass } from '@actions/http-client/lib/proxy';
import { Agent, type Dispatcher, Pool, ProxyAgent, fetch as undiciFetch } from 'undici';

import { type Clocks, createClocks } from '../clock.ts';
import { ActionError, actionErrorIn } from '../errors.ts';
import { isLoopback } from './urls.ts';

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
}

/** The one way out of this program: every client in it sends by this, so that proxy and TLS rules hold for all of them. */
export interface Transport {
  readonly dispatcher: Dispatcher;
  /** `fetch` over this transport; never follows a redirect, and sets the server's clock by each answer. */
  readonly fetch: typeof globalThis.fetch;
  readonly clockOf: Clocks;
  /** Whether plain http to this machine is allowed: no other plain http ever is. */
  readonly plainHttp: boolean;
  close(): Promise<void>;
}

/** Time to open a connection, TLS included: two lost SYN packets and a slow handshake fit. */
const connectTimeout = 4_000;

/**
 * The proxy for a URL by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` in either case. `NO_PROXY` is read as the runner's own toolkit does: an
 * entry matches the host and the hosts below it on any port, unless it names one. Loopback hosts are never proxied.
 * @throws ActionError `unreachable` for an address that is none of an HTTP proxy; it does not quote it, as it may hold a password
 */
export function proxyFor(url: URL): string | undefined {
  if (isLoopback(url.hostname) || checkBypass(url)) return undefined;
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const given = [process.env[name.toLowerCase()], process.env[name]]
    .map((value) => value?.trim())
    .find(Boolean);
  if (!given) return undefined;
  const proxy = URL.parse(given.includes('://') ? given : `http://${given}`);
  if (proxy && /^https?:$/.test(proxy.protocol)) return proxy.href;
  throw new ActionError('unreachable', `${name} is not the address of an HTTP proxy`, {
    hint: `Set it to an address such as http://proxy.example:3128, or name the host in NO_PROXY.`,
  });
}

/** Opens the transport. Connections are made when they are needed, and kept. */
export function openTransport({
  certificates,
  verify,
  connections,
  now,
  plainHttp,
}: TransportOptions): Transport {
  // Given as `ca`, certificates would replace the public roots: these have to be named beside them.
  const ca = certificates.length > 0 ? [...getCACertificates('default'), ...certificates] : undefined;
  const tls = { rejectUnauthorized: verify, ...(ca && { ca }) };
  const options = {
    connections,
    connect: { ...tls, timeout: connectTimeout },
    connectTimeout,
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 300_000,
  };
  const dispatcher = new Agent({
    ...options,
    factory: (origin) => {
      const proxy = proxyFor(new URL(origin));
      return proxy
        ? new ProxyAgent({ ...options, uri: proxy, requestTls: tls, proxyTls: tls })
        : new Pool(origin, options);
    },
  });
  const clockOf = createClocks(now);
  return {
    dispatcher,
    clockOf,
    plainHttp,
    fetch: createFetch(dispatcher, clockOf),
    close: () => dispatcher.destroy(),
  };
}

function createFetch(dispatcher: Dispatcher, clockOf: Clocks): typeof globalThis.fetch {
  // The same shapes, declared twice: this undici's, and those of the undici within Node, which refuses dispatchers of another.
  const send = undiciFetch as unknown as typeof globalThis.fetch;
  return async (input, init) => {
    const started = performance.now();
    const over: object = { dispatcher };
    const response = await send(input, { ...init, ...over, redirect: 'manual' }).catch((error: unknown) => {
      // Otherwise it would be a cause of "fetch failed".
      throw actionErrorIn(error) ?? error;
    });
    // A cache gives the time of the day on which it was filled.
    const isFresh = Number(response.headers.get('age') ?? 0) === 0;
    const url = new URL(input instanceof Request ? input.url : input);
    if (isFresh) clockOf(url).observe(response.headers.get('date'), performance.now() - started);
    return response;
  };
}
