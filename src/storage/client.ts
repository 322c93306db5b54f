import type { Clock } from '../http/clock.ts';
import type { Attempt, Retrier } from '../http/retry.ts';
import type { Transport } from '../http/transport.ts';
import type { Location } from '../terrapi/location.ts';
import type { Session, SessionSource } from '../terrapi/session.ts';
import { defaultStallMs, sendRequest } from './wireRequest.ts';
import { createStorageRetrier, isSessionExpired } from './s3Error.ts';
import { type Signer, type StorageRequest, createSigner, objectPath, queryString } from './signer.ts';
import { responseError } from './clockSkew.ts';
import type { BodySink, SlicedBody, WireRequest, WireResponse } from './wire.ts';

/** A call to the storage. */
export interface StorageCall extends StorageRequest {
  readonly body?: Buffer | SlicedBody;
  /** Aborts the call, instead of the run's cancellation. */
  readonly signal?: AbortSignal | undefined;
  /** Called for each failure that is retried. */
  readonly onRetry?: ((error: unknown) => void) | undefined;
  /** Whether this call cleans up: then it may continue for some seconds after the run was cancelled. */
  readonly cleanup?: boolean;
  /** Bytes of the response body to keep. */
  readonly keepBytes?: number;
  /** Receives the body of an object, see {@link WireRequest.into}. */
  readonly into?: BodySink;
  /** Throws if a response below 300 is not the expected one. That error is retried like any other. */
  readonly accept?: (answer: WireResponse) => void;
}

/** A client for the bucket of a workspace. Every call retries transient errors and refreshes an expired session. */
export interface StorageClient {
  readonly location: Location;
  readonly region: string;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly sessions: SessionSource;
  /** The encoded URL path of a key, as it is signed and sent. */
  path(key: string): string;
  signer(session: Session): Signer;
  /**
   * Sends a signed request. If the call is a function, it is called for each attempt.
   * @throws StorageError for a status of 300 and above, an error of `accept`, or a network error
   */
  send(call: StorageCall | (() => StorageCall)): Promise<WireResponse>;
  /** Runs an operation that sends its own requests, e.g. by the SDK. It retries and refreshes like {@link send}. */
  withSession<T>(
    operation: (session: Session, attempt: number) => Promise<T>,
    what: () => string,
  ): Promise<T>;
}

export interface StorageClientOptions {
  /** Default: a retrier with the usual policy. */
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
      const attempt = ({ number }: Pick<Attempt, 'number'>) =>
        withRefresh(sessions, (session) => sendOnce(client, make(), session, number, stallMs));
      return run(attempt, {
        signal: first.signal ?? (first.cleanup ? transport.cleanup.signal : undefined),
        onRetry: first.onRetry,
        what: () => nameOf(first, location),
      });
    },
    withSession: (operation, what) =>
      run(({ number }) => withRefresh(sessions, (session) => operation(session, number)), { what }),
  };
  return client;
}

async function sendOnce(
  client: StorageClient,
  {
    body,
    signal,
    cleanup = false,
    keepBytes,
    into,
    accept,
    method,
    path,
    query,
    headers: given,
  }: StorageCall,
  session: Session,
  attempt: number,
  stallMs: number,
): Promise<WireResponse> {
  const { location, clock, transport } = client;
  const signedAt = clock.now();
  const request = { method, path, ...(query && { query }), ...(given && { headers: given }) };
  const sent: WireRequest = {
    origin: location.endpoint.origin,
    path: query ? `${path}?${queryString(query)}` : path,
    method,
    headers: client.signer(session).sign(request, new Date(signedAt)),
    body,
    keepBytes,
    into,
  };
  const { dispatcher } = cleanup || signal ? transport.cleanup : transport;
  const answer = await sendRequest(dispatcher, sent, { signal, stallMs });
  if (answer.status >= 300) throw responseError(answer, signedAt, clock, attempt);
  accept?.(answer);
  return answer;
}

/**
 * Sends a request and reads its response.
 * @param read called for each attempt. An error that it throws is retried like one of the storage
 * @throws as {@link StorageClient.send}, and the errors of `read`
 */
export async function sendAndRead<T>(
  client: StorageClient,
  call: StorageCall,
  read: (answer: WireResponse) => T,
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
 * Runs an operation with the current session, and once more with a new one if the server answers that the session has expired. Parallel
 * requests open one new session together.
 */
async function withRefresh<T>(
  sessions: SessionSource,
  operation: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await sessions.get();
  try {
    return await operation(session);
  } catch (error) {
    if (!isSessionExpired(error)) throw error;
    await sessions.replace((held) => held === session);
    return operation(await sessions.get());
  }
}

/** Name of a call for the log: the object below the workspace's prefix, e.g. `reports/a.txt`, or the request to the bucket. */
function nameOf({ method, path, query }: StorageCall, { endpoint, bucket, prefix }: Location): string {
  const key = decodeURIComponent(path.slice(objectPath(endpoint, bucket, '').length));
  if (key === '') return `${method} ${bucket}?${Object.keys(query ?? {}).join('&')}`;
  return key.startsWith(prefix) ? key.slice(prefix.length) : key;
}
