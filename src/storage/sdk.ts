import { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { type HttpHandler, type HttpRequest, HttpResponse } from '@smithy/core/protocols';

import type { Transport } from '../transport.ts';
import type { Location, Session } from '../workspace.ts';
import { StorageError } from './failure.ts';

// This module is loaded when the SDK is needed for the first time: it takes longer to load than a few small files take to upload.

/**
 * The AWS SDK's client for one session, sending by this program's own transport. It tries each request once: who calls it decides about
 * more.
 */
export function createSdk(
  { endpoint }: Location,
  region: string,
  session: Session,
  transport: Transport,
): S3Client {
  return new S3Client({
    endpoint: endpoint.href,
    region,
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    systemClockOffset: transport.clock.skewSeconds * 1000,
    requestHandler: createHandler(transport),
    credentials: {
      accessKeyId: session.accessKeyId,
      secretAccessKey: session.secretAccessKey,
      ...(session.sessionToken !== undefined && { sessionToken: session.sessionToken }),
    },
  });
}

/**
 * Runs an SDK call and throws what it throws as a {@link StorageError}, so that one set of rules judges all requests to the storage.
 */
export async function viaSdk<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof S3ServiceException) || error.$metadata.httpStatusCode === undefined) throw error;
    throw new StorageError({
      status: error.$metadata.httpStatusCode,
      code: error.name === 'UnknownError' ? '' : error.name,
      message: error.message,
      requestId: error.$metadata.requestId,
      retryAfter: error.$response?.headers['retry-after'],
    });
  }
}

function createHandler({ dispatcher, clock }: Transport): HttpHandler {
  return {
    handle: async (request: HttpRequest, { abortSignal } = {}) => {
      const started = performance.now();
      const query = Object.entries(request.query).map(
        ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value ?? ''))}`,
      );
      const answer = await dispatcher.request({
        origin: `${request.protocol}//${request.hostname}${request.port ? `:${request.port}` : ''}`,
        path: query.length > 0 ? `${request.path}?${query.join('&')}` : request.path,
        method: request.method as 'GET',
        headers: request.headers,
        body: (request.body ?? null) as Buffer | string | null,
        ...(abortSignal && { signal: abortSignal }),
      });
      const headers = Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
      );
      clock.observe(headers['date'], performance.now() - started);
      return { response: new HttpResponse({ statusCode: answer.statusCode, headers, body: answer.body }) };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}
