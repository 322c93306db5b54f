import { formatBytes } from '../../../src/text/format.ts';

/** A file to fetch. */
export interface Source {
  readonly url: string;
  readonly path: string;
  /** Bytes, when the page was made. */
  readonly size: number;
}

export interface Fetching {
  readonly signal: AbortSignal;
  readonly hasExpired: () => boolean;
  /** Called with the bytes that arrived. */
  readonly onBytes: (length: number) => void;
}

/** Fetches files with retries. */
export interface Fetcher {
  /**
   * Requests a file from a byte on.
   * @param etag the version that the first bytes came from
   * @throws FetchError if the file cannot be fetched
   */
  readonly open: (source: Source, from?: number, etag?: string | null) => Promise<Response>;
  /**
   * Fetches a small file as a whole.
   * @throws FetchError if the file cannot be fetched
   */
  readonly whole: (source: Source) => Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The bytes of a response. It continues with the next byte after the connection was cut.
   * @throws FetchError if the rest cannot be fetched
   */
  readonly body: (source: Source, first: Response) => AsyncGenerator<Uint8Array<ArrayBuffer>>;
}

/** Says why a file cannot be fetched, for people. */
export class FetchError extends Error {
  /** Another try may work. */
  readonly isTransient: boolean;
  constructor(message: string, isTransient = false) {
    super(message);
    this.isTransient = isTransient;
  }
}

/** Milliseconds before each retry. */
const pauses = [300, 1_000, 3_000];

/** After so many files failed one after the other, the network is down, and retries would take hours. */
const hopeless = 6;

export function createFetcher(fetching: Fetching): Fetcher {
  const { signal, onBytes } = fetching;
  const request = createRequest(fetching);
  const retried = createRetries(signal);
  const open: Fetcher['open'] = (source, from = 0, etag) => retried(() => request(source, from, etag));
  return {
    open,
    whole: (source) =>
      retried(async () => {
        const answer = await request(source, 0);
        const bytes = await answer.arrayBuffer().catch(() => undefined);
        signal.throwIfAborted();
        if (!bytes || bytes.byteLength < lengthOf(answer))
          throw new FetchError('The connection was cut.', true);
        onBytes(bytes.byteLength);
        return new Uint8Array(bytes);
      }),
    body: (source, first) => continued(fetching, first, (at, etag) => open(source, at, etag)),
  };
}

/** Sends one request. It remembers which hosts answer: only these are asked again after a failure. */
function createRequest({ signal, hasExpired }: Fetching) {
  const answering = new Set<string>([location.origin]);
  return async ({ url }: Source, from: number, etag?: string | null): Promise<Response> => {
    if (hasExpired()) throw new FetchError('The link has expired.');
    const { origin, host } = new URL(url);
    const headers = from > 0 ? { Range: `bytes=${from}-`, ...(etag && { 'If-Match': etag }) } : undefined;
    const options = { signal, credentials: 'omit', cache: 'no-store', ...(headers && { headers }) } as const;
    const answer = await fetch(url, options).catch((error: unknown) => {
      signal.throwIfAborted();
      if (!(error instanceof TypeError)) throw error;
      // Browsers report a host that does not allow the request (CORS) like one that they cannot reach.
      if (!answering.has(origin)) throw new FetchError(`This page cannot read from ${host}.`);
      throw new FetchError('The connection failed.', true);
    });
    answering.add(origin);
    if (answer.ok && (from === 0 || answer.status === 206)) return answer;
    await answer.body?.cancel();
    throw answer.ok ? new FetchError('The storage cannot continue a download.') : statusError(answer.status);
  };
}

/** Repeats what may work at another time. */
function createRetries(signal: AbortSignal): <T>(attempt: () => Promise<T>) => Promise<T> {
  let failed = 0;
  return async (attempt) => {
    for (let retry = 0; ; retry += 1) {
      try {
        const result = await attempt();
        failed = 0;
        return result;
      } catch (error) {
        signal.throwIfAborted();
        const pause = pauses[retry];
        if (error instanceof FetchError && error.isTransient && pause !== undefined && failed < hopeless) {
          await wait(pause, signal);
          continue;
        }
        failed += 1;
        throw error;
      }
    }
  };
}

/** The bytes of a response, and of the responses that continue it after a cut. */
async function* continued(
  { signal, onBytes }: Fetching,
  first: Response,
  resume: (at: number, etag: string | null) => Promise<Response>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const length = lengthOf(first);
  const etag = first.headers.get('etag');
  let answer = first;
  for (let at = 0, cuts = 0; ; cuts += 1) {
    const start = at;
    try {
      for await (const bytes of answer.body ? chunksOf(answer.body) : []) {
        at += bytes.length;
        onBytes(bytes.length);
        yield bytes;
      }
    } catch {
      signal.throwIfAborted();
      if (length === 0) throw stopped(at, 'The connection was cut.');
    }
    if (at >= length) return;
    if (at > start) cuts = 0;
    const pause = pauses[cuts];
    if (pause === undefined) throw stopped(at, 'The connection was cut.');
    await wait(pause, signal);
    answer = await resume(at, etag).catch((error: unknown) => {
      signal.throwIfAborted();
      throw stopped(at, (error as Error).message);
    });
  }
}

function stopped(at: number, reason: string): FetchError {
  return new FetchError(`The download stopped after ${formatBytes(at)}: ${reason}`);
}

/** Bytes that a response announces. 0 if it does not, or if they differ from the file's because the browser decodes them. */
function lengthOf({ headers }: Response): number {
  return headers.has('content-encoding') ? 0 : Number(headers.get('content-length') ?? 0);
}

/** The chunks of a stream. Leaving the loop cancels the stream. Not all browsers can iterate over a stream. */
export async function* chunksOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function statusError(status: number): FetchError {
  if (status === 404) return new FetchError('The file is no longer there.');
  if (status === 412) return new FetchError('The file changed during the download.');
  if (status === 403) return new FetchError('The storage rejects the link (403). It may have expired.');
  const isTransient = status >= 500 || status === 429 || status === 408;
  return new FetchError(`The storage rejects the request (${status}).`, isTransient);
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
}
