import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { type Socket, connect, isIP } from 'node:net';

import { systemCode } from '../errors/error.ts';
import { isLocalName } from './urls.ts';

export interface DialOptions {
  /** Ends what is being opened. */
  readonly signal: AbortSignal;
  /** Looks a name up; default: by the system's resolver. */
  readonly resolve?: ((hostname: string) => Promise<readonly LookupAddress[]>) | undefined;
  /** Opens a socket to an address; default: Node's way. */
  readonly dial?: ((address: { readonly host: string; readonly port: number }) => Socket) | undefined;
}

/** Milliseconds after which another address is tried beside the one that does not answer yet (RFC 8305, 5). */
const nextAddressMs = 250;

/**
 * Connects to the first of a host's addresses that answers (RFC 8305). Node's own way gives each address up after 250 ms, and so never gets
 * to a host that is farther away and has an address that cannot be reached.
 */
export async function openTcp(
  hostname: string,
  port: number,
  { signal, resolve: look = resolveName, dial = dialAddress }: DialOptions,
): Promise<Socket> {
  const addresses = await addressesOf(hostname, look, signal);
  const attempts = new Set<Socket>();
  const failures: Error[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const left = addresses.values();
  let timer: NodeJS.Timeout | undefined;
  const attempt = () => {
    clearTimeout(timer);
    const { value: host } = left.next();
    if (host === undefined) {
      if (attempts.size === 0) reject(likeliest(failures));
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

/** That an address has no route says less than what another address of the host said. */
function likeliest(failures: readonly Error[]): Error {
  const unroutable = ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL'];
  const [first = new Error('The host has no address')] = failures;
  return failures.find((failure) => !unroutable.includes(systemCode(failure) ?? '')) ?? first;
}

/** A host's addresses, in the order of the system's resolver but the families in turns. Local names are not looked up. */
async function addressesOf(
  hostname: string,
  look: NonNullable<DialOptions['resolve']>,
  signal: AbortSignal,
): Promise<string[]> {
  if (isIP(hostname)) return [hostname];
  if (isLocalName(hostname)) return ['127.0.0.1', '::1'];
  const found = await Promise.race([look(hostname), rejected(signal)]);
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

function dialAddress(address: { readonly host: string; readonly port: number }): Socket {
  return connect({ ...address, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
}

function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
