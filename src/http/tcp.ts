import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { type OnReadOpts, type Socket, connect, isIP } from 'node:net';

import { systemCode } from '../errors/error.ts';
import { rejectOnAbort } from './abortSignals.ts';
import { isLocalName } from './urls.ts';

export interface DialOptions {
  readonly signal: AbortSignal;
  /** Resolves a host name; default: the system's resolver. */
  readonly resolve?: ((hostname: string) => Promise<readonly LookupAddress[]>) | undefined;
  /** Opens a socket; default: `net.connect`. */
  readonly dial?: ((address: { readonly host: string; readonly port: number }) => Socket) | undefined;
}

/** Milliseconds before the next address is tried in parallel (RFC 8305, 5). */
const nextAddressMs = 250;

/**
 * Connects to the first address of a host that answers (RFC 8305). Node's `autoSelectFamily` gives up each address after 250 ms, so it
 * never reaches a distant host that also has an unreachable address.
 */
export async function openTcp(
  hostname: string,
  port: number,
  { signal, resolve: resolveHost = resolveName, dial = dialAddress }: DialOptions,
): Promise<Socket> {
  const addresses = await addressesOf(hostname, resolveHost, signal);
  const attempts = new Set<Socket>();
  const failures: Error[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const left = addresses.values();
  let timer: NodeJS.Timeout | undefined;
  const attempt = () => {
    clearTimeout(timer);
    const { value: host } = left.next();
    if (host === undefined) {
      if (attempts.size === 0) reject(mostSpecific(failures));
      return;
    }
    const socket = dial({ host, port });
    attempts.add(socket);
    timer = setTimeout(attempt, nextAddressMs);
    socket
      .once('connect', () => resolve(socket))
      .on('error', (error) => {
        failures.push(error);
        if (attempts.delete(socket)) attempt();
      });
  };
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  else attempt();
  try {
    const opened = await promise;
    attempts.delete(opened);
    return opened.removeAllListeners('error');
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    for (const socket of attempts) socket.destroy();
    attempts.clear();
  }
}

/** Chooses the error to report. "No route" says less than the error of another address. */
function mostSpecific(failures: readonly Error[]): Error {
  const unroutable = ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL'];
  const [first = new Error('The host has no address')] = failures;
  return failures.find((failure) => !unroutable.includes(systemCode(failure) ?? '')) ?? first;
}

/** A host's addresses in the resolver's order, alternating between IPv4 and IPv6. `localhost` names are not resolved. */
async function addressesOf(
  hostname: string,
  resolveHost: NonNullable<DialOptions['resolve']>,
  signal: AbortSignal,
): Promise<string[]> {
  if (isIP(hostname)) return [hostname];
  if (isLocalName(hostname)) return ['127.0.0.1', '::1'];
  const found = await Promise.race([resolveHost(hostname), rejectOnAbort(signal)]);
  const [first] = found;
  const own = found.filter(({ family }) => family === first?.family);
  const other = found.filter(({ family }) => family !== first?.family);
  return own
    .flatMap((entry, index) => [entry, ...other.slice(index, index + 1)])
    .concat(other.slice(own.length))
    .map(({ address }) => address);
}

function resolveName(hostname: string): Promise<LookupAddress[]> {
  return lookup(hostname, { all: true });
}

/** Opens a socket. @param onread receives its bytes, instead of the events of the socket */
export function dialAddress(
  address: { readonly host: string; readonly port: number },
  { onread }: { readonly onread?: OnReadOpts } = {},
): Socket {
  const options = { ...address, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };
  return connect(onread ? { ...options, onread } : options);
}
