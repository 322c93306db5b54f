import type { Clock } from '../clock.ts';
import type { Transport } from '../http/transport.ts';
import type { Location, Session, SessionSource } from '../workspace.ts';
import { type SlicedBody, type WireAnswer, type WireRequest, defaultStallMs, exchange } from './exchange.ts';
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
    request: StorageRequest & {
      readonly body?: Buffer | SlicedBody;
      readonly signal?: AbortSignal;
      readonly keep?: number;
    },
    session: Session,
  ): Promise<WireAnswer>;
}

export function createStorageClient(
  location: Location,
  region: string,
  sessions: SessionSource,
  transport: Transport,
  stallMs = defaultStallMs,
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
    send: async ({ body, signal, keep, ...request }, session) => {
      const headers = signer(session).sign(request, new Date(transport.clock.now()));
      const query = request.query ? `?${queryString(request.query)}` : '';
      return ask(transport, stallMs, signal, {
        origin: location.endpoint.origin,
        path: `${request.path}${query}`,
        method: request.method,
        headers,
        body,
        keep,
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

async function ask(
  { dispatcher, clock }: Transport,
  stallMs: number,
  signal: AbortSignal | undefined,
  request: WireRequest,
): Promise<WireAnswer> {
  const answer = await exchange(dispatcher, request, { signal, stallMs });
  if (answer.status < 300) return answer;
  const error = storageError(answer.status, answer.headers, answer.body);
  if (error.code === 'RequestTimeTooSkewed') clock.observe(answer.headers['date']?.toString(), 0);
  throw error;
}
