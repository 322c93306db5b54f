import { Readable } from 'node:stream';

import { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { type HttpHandler, type HttpRequest, HttpResponse } from '@smithy/core/protocols';

import type { Clock } from '../http/clock.ts';
import { longestAnswer } from '../http/answers.ts';
import type { Transport } from '../http/transport.ts';
import type { Location } from '../terrapi/location.ts';
import type { Session } from '../terrapi/session.ts';
import type { StorageClient } from './client.ts';
import { defaultStallMs, exchange } from './exchange.ts';
import { StorageError, storageError } from './failure.ts';

// This module is loaded when the SDK is needed for the first time: it takes longer to load than a few small files take to upload.

/** The AWS SDK's client for one session, sending by this program's own transport. It tries each request once: {@link withSdk} retries. */
export function createSdk(
  { endpoint }: Location,
  region: string,
  session: Session,
  transport: Transport,
  stallMs = defaultStallMs,
): S3Client {
  return new S3Client({
    endpoint: endpoint.href,
    region,
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    systemClockOffset: transport.clockOf(endpoint).skewSeconds * 1000,
    requestHandler: createHandler(transport, transport.clockOf(endpoint), stallMs),
    credentials: {
      accessKeyId: session.accessKeyId,
      secretAccessKey: session.secretAccessKey,
      ...(session.sessionToken !== undefined && { sessionToken: session.sessionToken }),
    },
  });
}

/**
 * Makes an SDK call, which retries and renews as all calls of the client do.
 * @param what what it does, e.g. `delete 12 objects`
 */
export function withSdk<T>(
  client: StorageClient,
  what: string,
  call: (sdk: S3Client) => Promise<T>,
): Promise<T> {
  const { location, region, transport } = client;
  return client.withSession(
    (session) => viaSdk(() => call(createSdk(location, region, session, transport))),
    () => what,
  );
}

/**
 * Runs an SDK call and throws what it throws as a {@link StorageError}, so that one set of rules judges all requests to the storage.
 */
export async function viaSdk<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof S3ServiceException) || error.$metadata.httpStatusCode === undefined)
      throw refusalIn(error) ?? error;
    const isCoded = error.name !== 'Unknown' && error.name !== 'UnknownError';
    throw new StorageError({
      status: error.$metadata.httpStatusCode,
      code: isCoded ? error.name : '',
      message: isCoded ? error.message : '',
      requestId: error.$metadata.requestId,
      retryAfter: error.$response?.headers['retry-after'],
    });
  }
}

/** The answer behind an error of the SDK that could not read it: a proxy before the storage refuses in words of its own, not in XML. */
function refusalIn(error: unknown): StorageError | undefined {
  const { $response: response } = error as { readonly $response?: unknown };
  if (!HttpResponse.isInstance(response) || response.statusCode < 300) return undefined;
  return storageError(response.statusCode, response.headers, '');
}

function createHandler({ dispatcher }: Transport, clock: Clock, stallMs: number): HttpHandler {
  return {
    handle: async (request: HttpRequest, { abortSignal } = {}) => {
      const started = performance.now();
      const query = Object.entries(request.query).map(
        ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value ?? ''))}`,
      );
      const wire = {
        origin: `${request.protocol}//${request.hostname}${request.port ? `:${request.port}` : ''}`,
        path: query.length > 0 ? `${request.path}?${query.join('&')}` : request.path,
        method: request.method as 'GET',
        headers: request.headers,
        ...(request.body !== undefined && { body: Buffer.from(request.body as Uint8Array | string) }),
        keep: longestAnswer,
      };
      const signal = abortSignal as AbortSignal | undefined;
      const answer = await exchange(dispatcher, wire, { signal, stallMs });
      const headers = Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
      );
      clock.observe(headers['date'], performance.now() - started);
      const body = Readable.from([Buffer.from(answer.body)]);
      return { response: new HttpResponse({ statusCode: answer.status, headers, body }) };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}
