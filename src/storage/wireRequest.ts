import { type Dispatcher, util } from 'undici';

import { AbortListeners, abortError } from '../http/abortSignals.ts';
import { responseTooLarge } from '../http/responses.ts';
import { type BodyReader, openBody } from './responseBody.ts';
import type {
  ReceivingSink,
  SendOptions,
  SlicedBody,
  StallTimer,
  WireRequest,
  WireResponse,
} from './wire.ts';

const machineTimer: StallTimer = {
  now: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** The connection is open but makes no progress. */
export class StalledError extends Error {
  override readonly name = 'StalledError';
  readonly code = 'ETIMEDOUT';
}

/** Default of {@link SendOptions.stallMs}. */
export const defaultStallMs = 60_000;

/** Bodies are sent in slices of this size, so that progress is visible. */
const sliceBytes = 256 * 1024;

/**
 * Sends one request and reads its response. This is the hot path: it calls undici's dispatcher directly, which saves a signal and a timer
 * for each request. The timer watches progress, so a slow connection does not fail. A response is small and must be complete in the same
 * time, unless it is an object.
 * @throws StalledError, the signal's reason, ActionError `unusable-answer` for a response beyond the size limit, or undici's error for a
 * broken connection
 */
export function sendRequest(
  dispatcher: Dispatcher,
  request: WireRequest,
  options: SendOptions,
): Promise<WireResponse> {
  const receive = request.into && 'receive' in request.into ? request.into.receive : undefined;
  return receive ? sendBy(receive, dispatcher, request, options) : dispatch(dispatcher, request, options);
}

async function sendBy(
  receive: NonNullable<ReceivingSink['receive']>,
  dispatcher: Dispatcher,
  request: WireRequest,
  options: SendOptions,
): Promise<WireResponse> {
  if (options.signal?.aborted) throw abortError(options.signal.reason);
  return (await receive(request, options)) ?? dispatch(dispatcher, request, options);
}

async function dispatch(
  dispatcher: Dispatcher,
  request: WireRequest,
  { signal, stallMs, timer = machineTimer }: SendOptions,
): Promise<WireResponse> {
  if (signal?.aborted) throw abortError(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<WireResponse>();
  const watch = watchStall(stallMs, timer);
  let answer: Pick<WireResponse, 'status' | 'headers'> = { status: 0, headers: {} };
  let abort: ((error?: Error) => void) | undefined;
  let body: BodyReader;
  const settle = (how: () => void) => {
    watch.end();
    if (signal) listenersOf(signal).delete(onAbort);
    how();
  };
  const fail = (error: Error) => settle(() => reject(error));
  const complete = () => settle(() => resolve({ ...answer, ...body.result() }));
  // The beginning of an error response is enough.
  const end = () => {
    const error = responseTooLarge(request.origin, body.limit);
    (answer.status < 300 ? fail : complete)(error);
    abort?.(error);
  };
  const onAbort = () => {
    const reason = abortError(signal?.reason);
    // Without a connection there is nothing to abort yet: onConnect aborts the request before it sends a byte.
    (abort ?? fail)(reason);
  };
  if (signal) listenersOf(signal).add(onAbort);
  dispatcher.dispatch(wireOptions(request, watch.moved), {
    onConnect: (abortConnection) => {
      abort = abortConnection;
      if (signal?.aborted) abort(abortError(signal.reason));
      else watch.begin(() => abortConnection(new StalledError(`No byte moved for ${stallMs / 1000} s`)));
    },
    onHeaders: (status, headers) => {
      answer = { status, headers: util.parseHeaders(headers) };
      body = openBody(answer, request);
      watch.answered(body.isObject);
      return true;
    },
    onData: (chunk) => {
      watch.moved();
      if (body.add(chunk) > body.limit) end();
      return true;
    },
    onComplete: complete,
    onError: fail,
  });
  return promise;
}

const listeners = new WeakMap<AbortSignal, AbortListeners>();

function listenersOf(signal: AbortSignal): AbortListeners {
  const known = listeners.get(signal) ?? new AbortListeners(signal);
  listeners.set(signal, known);
  return known;
}

function wireOptions(
  { body, headers, origin, path, method }: WireRequest,
  onMove: () => void,
): Dispatcher.DispatchOptions {
  const sliced = body && (!Buffer.isBuffer(body) || body.length > sliceBytes);
  return {
    origin,
    path,
    method,
    headers: sliced ? { ...headers, 'content-length': String(body.length) } : headers,
    body: (sliced ? moving(body, onMove) : (body ?? null)) as Buffer | null,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

function moving(body: Buffer | SlicedBody, onMove: () => void): Iterable<Buffer> | AsyncIterable<Buffer> {
  return Buffer.isBuffer(body) ? slices(body, onMove) : allSlices(body.slices(), onMove);
}

async function* allSlices(bodies: AsyncIterable<Buffer>, onMove: () => void): AsyncGenerator<Buffer> {
  for await (const body of bodies) yield* slices(body, onMove);
}

function* slices(body: Buffer, onMove: () => void): Generator<Buffer> {
  for (let offset = 0; offset < body.length; offset += sliceBytes) {
    onMove();
    yield body.subarray(offset, offset + sliceBytes);
  }
  onMove();
}

/**
 * Watches for progress. The operating system buffers the last slices of a body before it sends them, so the wait after the body may take as
 * long as the body took.
 */
function watchStall(stallMs: number, { now, after }: StallTimer) {
  const started = now();
  let last = started;
  let answeredAt = Infinity;
  let isReceiving = false;
  let cancel: (() => void) | undefined;
  const check = (onStall: () => void) => {
    const patience = isReceiving ? stallMs : Math.max(stallMs, last - started);
    const until = Math.min(last + patience, answeredAt + stallMs);
    const left = until - now();
    if (left <= 0) onStall();
    else cancel = after(left, () => check(onStall));
  };
  return {
    moved: () => {
      last = now();
    },
    /** Called when the response begins. An object may take any time, as long as it makes progress. */
    answered: (isObject: boolean) => {
      last = now();
      isReceiving = isObject;
      if (!isObject) answeredAt = Math.min(answeredAt, last);
    },
    begin: (onStall: () => void) => {
      cancel?.();
      cancel = after(stallMs, () => check(onStall));
    },
    end: () => cancel?.(),
  };
}
