import type { Dispatcher } from 'undici';

import type { Clock } from '../clock.ts';
import type { Transport } from '../transport.ts';
import type { Location, Session, SessionSource } from '../workspace.ts';
import { isSessionEnded, storageError } from './failure.ts';
import { type Signer, type StorageRequest, createSigner, objectPath, queryString } from './signer.ts';

/** The bucket of a workspace, ready to be asked. */
export interface StorageClient {
  readonly location: Location;
  readonly region: string;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly sessions: SessionSource;
  /** The path of a key, as it is signed and sent. */
  path(key: string): string;
  signer(session: Session): Signer;
  /**
   * Runs an operation with a session, and once more with a new one if the server says that it has ended: however many requests find out
   * at the same time, one new session is opened.
   */
  withSession<T>(operation: (session: Session) => Promise<T>): Promise<T>;
  /**
   * Sends one signed request.
   * @throws StorageError for an answer of 300 and above, or what the connection throws
   */
  send(
    request: StorageRequest & { readonly body?: Buffer; readonly signal?: AbortSignal },
    session: Session,
  ): Promise<StorageAnswer>;
}

export interface StorageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** No byte for so long, in either direction, and the connection counts as dead. */
const stallMs = 60_000;

export function createStorageClient(
  location: Location,
  region: string,
  sessions: SessionSource,
  transport: Transport,
): StorageClient {
  const signers = new WeakMap<Session, Signer>();
  const signer = (session: Session) => {
    const known = signers.get(session) ?? createSigner(location.endpoint, region, session);
    signers.set(session, known);
    return known;
  };
  return {
    location,
    region,
    sessions,
    transport,
    clock: transport.clock,
    path: (key) => objectPath(location.endpoint, location.bucket, key),
    signer,
    withSession: (operation) => withSession(sessions, operation),
    send: async ({ body, signal, ...request }, session) => {
      const headers = await signer(session).sign(request, new Date(transport.clock.now()));
      const query = request.query ? `?${queryString(request.query)}` : '';
      return exchange(transport, {
        origin: location.endpoint.origin,
        path: `${request.path}${query}`,
        method: request.method,
        headers,
        body: body ?? null,
        headersTimeout: stallMs,
        bodyTimeout: stallMs,
        ...(signal && { signal }),
      });
    },
  };
}

async function withSession<T>(
  sessions: SessionSource,
  operation: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await sessions.get();
  try {
    return await operation(session);
  } catch (error) {
    if (!isSessionEnded(error)) throw error;
    await sessions.replace((held) => held === session);
    return operation(await sessions.get());
  }
}

async function exchange(
  { dispatcher, clock }: Transport,
  options: Dispatcher.RequestOptions,
): Promise<StorageAnswer> {
  const { statusCode, headers, body } = await dispatcher.request(options);
  if (statusCode < 300) {
    await body.dump();
    return { status: statusCode, headers };
  }
  const error = storageError(statusCode, headers, await body.text());
  if (error.code === 'RequestTimeTooSkewed') clock.observe(headers['date']?.toString(), 0);
  throw error;
}
