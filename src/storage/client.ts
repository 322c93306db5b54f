import type { Clock } from '../http/clock.ts';
import type { Retrier } from '../http/retry.ts';
import type { Transport } from '../http/transport.ts';
import type { Location } from '../terrapi/location.ts';
import type { Session, SessionSource } from '../terrapi/session.ts';
import { type SlicedBody, type WireAnswer, defaultStallMs, exchange } from './http.ts';
import { type StorageError, createStorageRetrier, isSessionEnded, storageError } from './s3Error.ts';
import { type Signer, type StorageRequest, createSigner, objectPath, queryString } from './signer.ts';
import { element } from './xml.ts';

/** One call of the storage. */
export interface StorageCall extends StorageRequest {
  readonly body?: Buffer | SlicedBody;
  /** Ends the call in place of the run's cancellation, after which some of it may go on for a few seconds. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each failure that is retried. */
  readonly onRetry?: ((error: unknown) => void) | undefined;
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
   * Sends a signed request. One that is given as a function is made anew for each try.
   * @throws StorageError for an answer of 300 and above, what `accept` throws, or what the connection throws
   */
  send(call: StorageCall | (() => StorageCall)): Promise<WireAnswer>;
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
  { retrier, stallMs = defaultStallMs }: StorageClientOptions = {},
): StorageClient {
  const clock = transport.clockOf(location.endpoint);
  const run = retrier ?? createStorageRetrier(clock);
  const signers = new WeakMap<Session, Signer>();
  const signer = (session: Session) => {
    const known = signers.get(session) ?? createSigner(location.endpoint, region, session);
    signers.set(session, known);
    return known;
  };
  const client: StorageClient = {
    location,
    region,
    sessions,
    transport,
    clock,
    path: (key) => objectPath(location.endpoint, location.bucket, key),
    signer,
    send: (call) => {
      const make = typeof call === 'function' ? call : () => call;
      const first = make();
      return run(() => renewing(sessions, (session) => sendOnce(client, make(), session, stallMs)), {
        signal: first.signal ?? (first.cleanup ? transport.cleanup.signal : undefined),
        onRetry: first.onRetry,
        what: () => nameOf(first, location),
      });
    },
    withSession: (operation, what) => run(() => renewing(sessions, operation), { what }),
  };
  return client;
}

async function sendOnce(
  client: StorageClient,
  { body, signal, cleanup = false, keep, accept, method, path, query, headers: given }: StorageCall,
  session: Session,
  stallMs: number,
): Promise<WireAnswer> {
  const { location, clock, transport } = client;
  const signedAt = clock.now();
  const request = { method, path, ...(query && { query }), ...(given && { headers: given }) };
  const sent = {
    origin: location.endpoint.origin,
    path: query ? `${path}?${queryString(query)}` : path,
    method,
    headers: client.signer(session).sign(request, new Date(signedAt)),
    body,
    keep,
  };
  const { dispatcher } = cleanup || signal ? transport.cleanup : transport;
  const answer = await exchange(dispatcher, sent, { signal, stallMs });
  if (answer.status >= 300) throw refusalOf(answer, signedAt, clock);
  accept?.(answer);
  return answer;
}

/**
 * Sends a request and reads its answer, once for each try.
 * @throws as {@link StorageClient.send}, and what `read` throws, which is retried as an answer of the storage is
 */
export async function sendAndRead<T>(
  client: StorageClient,
  call: StorageCall,
  read: (answer: WireAnswer) => T,
): Promise<T> {
  let result: { readonly value: T } | undefined;
  await client.send({
    ...call,
    accept: (answer) => {
      result = { value: read(answer) };
    },
  });
  const { value } = result as unknown as { readonly value: T };
  return value;
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

/** Names a call for people: the object below the workspace's prefix, e.g. `reports/a.txt`, or the request to the bucket. */
function nameOf({ method, path, query }: StorageCall, { endpoint, bucket, prefix }: Location): string {
  const key = decodeURIComponent(path.slice(objectPath(endpoint, bucket, '').length));
  if (key === '') return `${method} ${bucket}?${Object.keys(query ?? {}).join('&')}`;
  return key.startsWith(prefix) ? key.slice(prefix.length) : key;
}

/** A clock that is off by less is no reason to refuse a request: S3 takes a quarter of an hour. */
const longestSkewMs = 300_000;

/**
 * What the storage refuses by. A refusal for the time of a request sets the clock, and the request is repeated; that of a HEAD has no body
 * to say so: then the time of the answer does.
 */
export function refusalOf(
  { status, headers, body }: WireAnswer,
  signedAt: number,
  clock: Clock,
): StorageError {
  const error = storageError(status, headers, body);
  const date = element(body, 'ServerTime') ?? headers['date']?.toString();
  const isOff = Math.abs(Date.parse(date ?? '') - signedAt) > longestSkewMs;
  if (error.code === 'RequestTimeTooSkewed') clock.observe(date, 0);
  if (error.code !== '' || status !== 403 || !isOff) return error;
  clock.observe(date, 0);
  return storageError(status, { ...headers, 'x-minio-error-code': 'RequestTimeTooSkewed' }, body);
}
