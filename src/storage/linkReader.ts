import type { Retrier } from '../http/retry.ts';
import type { Transport } from '../http/transport.ts';
import { percentDecoded } from '../text/encode.ts';
import { responseError } from './clockSkew.ts';
import {
  type ObjectReader,
  type ObjectRequest,
  type ObjectResponse,
  describeReadError,
  notModified,
  readObject,
  requestHeaders,
} from './objectReader.ts';
import { createStorageRetrier } from './s3Error.ts';
import { defaultStallMs, sendRequest } from './wireRequest.ts';

export interface LinkReaderOptions {
  /** Makes the retrier for the links to one server. Default: the usual policy. */
  readonly retrierOf?: (origin: string) => Retrier;
  readonly stallMs?: number;
}

/**
 * Reads objects by presigned URLs, without any credentials. The source of a request is the URL. It never follows a redirect, because it could lead
 * to another server.
 */
export function linkReader(
  transport: Transport,
  { retrierOf, stallMs = defaultStallMs }: LinkReaderOptions = {},
): ObjectReader {
  const newRetrier = retrierOf ?? ((origin) => createStorageRetrier(transport.clockOf(new URL(origin))));
  const retriers = new Map<string, Retrier>();
  const retrierFor = (origin: string) => {
    const known = retriers.get(origin) ?? newRetrier(origin);
    retriers.set(origin, known);
    return known;
  };
  return {
    connection: transport.connection,
    read: async (request) => {
      const url = new URL(request.source);
      try {
        return await retrierFor(url.origin)(
          ({ number }) => readOnce(transport, url, request, { attempt: number, stallMs }),
          // The query gives access, so the log leaves it out.
          { signal: request.signal, what: () => percentDecoded(url.pathname) },
        );
      } catch (error) {
        const same = notModified(error, request);
        if (same) return same;
        throw error;
      }
    },
    describe: (what, source, error) => describeReadError(what, { endpoint: new URL(source) }, error),
  };
}

async function readOnce(
  { cleanup, clockOf }: Transport,
  url: URL,
  request: ObjectRequest,
  { attempt, stallMs }: { readonly attempt: number; readonly stallMs: number },
): Promise<ObjectResponse> {
  const clock = clockOf(url);
  const sentAt = clock.now();
  const answer = await sendRequest(
    cleanup.dispatcher,
    {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      headers: requestHeaders(request),
      into: request.buffer,
    },
    { signal: request.signal, stallMs },
  );
  if (answer.status >= 300) throw responseError(answer, sentAt, clock, attempt);
  return readObject(answer, request);
}
