import type { Clock } from '../clock.ts';
import type { Retrier } from '../retry.ts';
import type { Transport } from '../http/transport.ts';
import type { Location, Session, SessionSource } from '../workspace.ts';
import { type SlicedBody, type WireAnswer, type WireRequest, defaultStallMs, exchange } from './exchange.ts';
import { createStorageRetrier, isSessionEnded, storageError } from './failure.ts';
import { type Signer, type StorageRequest, createSigner, objectPath, queryString } from './signer.ts';

/** One call of the storage. */
export interface StorageCall extends StorageRequest {
  readonly body?: Buffer | SlicedBody;
  /** In place of the client's own. */
  readonly signal?: AbortSignal | undefined;
  /** Whether this clears away what was begun: then it goes on for some seconds after the run was cancelled. */
  readonly cleanup?: boolean;
  /** Bytes of the answer's body to keep. */
  readonly keep?: number;
  /** Throws where an answer below 300 is not what was asked for; that error is retried like any other. */
  readonly accept?: (answer: WireAnswer) => void;
}

/** The bucket of a workspace, ready to be asked. Every call retries what is transient and renews a session that has ended. */
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
   * Sends a signed request.
   * @throws StorageError for an answer of 300 and above, what `accept` throws, or what the connection throws
   */
  send(call: StorageCall): Promise<WireAnswer>;
  /** Runs what sends a request in its own way, such as the SDK, with a session; retries and renews as {@link send} does. */
  withSession<T>(operation: (session: Session) => Promise<T>, what: () => string): Promise<T>;
}

export interface StorageClientOptions {
  /** Retries the requests; default: by the usual policy. */
  readonly retrier?: Retrier;
  readonly stallMs?: number;
}

export function createStorageClient(
  location: Location,
  region: string,
  sessions: SessionSource,
  transport: Transport,
  { retrier = createStorageRetrier(transport.clock), stallMs = defaultStallMs }: StorageClientOptions = {},
): StorageClient {
  const signers = new WeakMap<Session, Signer>();
  const signer = (session: Session) => {
    const known = signers.get(session) ?? createSigner(location.endpoint, region, session);
    signers.set(session, known);
    return known;
  };
  const once = async (
    { body, signal, cleanup = false, keep, accept, ...request }: StorageCall,
    session: Session,
  ): Promise<WireAnswer> => {
    const headers = signer(session).sign(request, new Date(transport.clock.now()));
    const query = request.query ? `?${queryString(request.query)}` : '';
    const { dispatcher } = cleanup ? transport.cleanup : transport;
    const answer = await ask({ dispatcher, clock: transport.clock }, stallMs, signal, {
      origin: location.endpoint.origin,
      path: `${request.path}${query}`,
      method: request.method,
      headers,
      body,
      keep,
    });
    accept?.(answer);
    return answer;
  };
  return {
    location,
    region,
    sessions,
    transport,
    clock: transport.clock,
    path: (key) => objectPath(location.endpoint, location.bucket, key),
    signer,
    send: (call) =>
      retrier(() => renewing(sessions, (session) => once(call, session)), {
        signal: call.cleanup ? transport.cleanup.signal : call.signal,
        what: () => `${call.method} ${nameOf(call, location)}`,
      }),
    withSession: (operation, what) => retrier(() => renewing(sessions, operation), { what }),
  };
}

/**
 * Runs an operation with the session in hand, and once more with a new one if the server says that it has ended: however many requests
 * find out at the same time, one new session is opened.
 */
async function renewing<T>(sessions: SessionSource, operation: (session: Session) => Promise<T>): Promise<T> {
  const session = await sessions.get();
  try {
    return await operation(session);
  } catch (error) {
    if (!isSessionEnded(error)) throw error;
    await sessions.replace((held) => held === session);
    return operation(await sessions.get());
  }
}

/** What a call is about, for people: the key, or what is asked of the bucket. */
function nameOf({ path, query }: StorageCall, { endpoint, bucket }: Location): string {
  const key = decodeURIComponent(path.slice(objectPath(endpoint, bucket, '').length));
  return key || `${bucket}?${Object.keys(query ?? {}).join('&')}`;
}

async function ask(
  { dispatcher, clock }: Pick<Transport, 'dispatcher' | 'clock'>,
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
