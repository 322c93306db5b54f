import { Readable } from 'node:stream';

import { S3Client } from '@aws-sdk/client-s3';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';

import { isError } from '../errors/error.ts';
import { maxResponseBytes } from '../http/responses.ts';
import { trimEndSlashes } from '../text/slashes.ts';
import type { Session } from '../terrapi/session.ts';
import type { StorageClient } from './client.ts';
import { defaultStallMs, sendRequest } from './wireRequest.ts';
import { responseError } from './clockSkew.ts';
import { notS3Error } from './storedCheck.ts';
import type { WireResponse } from './wire.ts';

// Import this module dynamically: loading the SDK takes longer than the upload of a few small files.

/**
 * Makes a call with the AWS SDK. It retries and refreshes the session like the client's other calls.
 * @param what name of the request for the log
 * @param root root element of a successful response. Without this check, the SDK reads a captive portal's page as an empty result
 * @throws StorageError
 */
export function withSdk<T>(
  client: StorageClient,
  what: string,
  root: string,
  call: (sdk: S3Client) => Promise<T>,
): Promise<T> {
  return client.withSession(
    async (session, attempt) => {
      let answer: WireResponse | undefined;
      const sdk = createSdk(client, session, root, { attempt, onAnswer: (read) => (answer = read) });
      try {
        return await call(sdk);
      } catch (error) {
        // An error with `$response` comes from parsing the response.
        throw answer && isError(error) && '$response' in error ? notS3Error(answer) : error;
      }
    },
    () => what,
  );
}

export interface SdkOptions {
  /** Number of the attempt, starting at 1. */
  readonly attempt?: number;
  readonly stallMs?: number;
  /** Called with a response before the SDK parses it. */
  readonly onAnswer?: (answer: WireResponse) => void;
}

/** An SDK client for one session. It uses this program's transport, and does not retry by itself. */
export function createSdk(
  client: StorageClient,
  session: Session,
  root: string,
  options: SdkOptions = {},
): S3Client {
  const { location, region, clock } = client;
  return new S3Client({
    endpoint: trimEndSlashes(location.endpoint.href),
    region,
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    systemClockOffset: clock.skewSeconds * 1000,
    requestHandler: { handle: (request: HttpRequest) => send(client, request, root, options) },
    credentials: {
      accessKeyId: session.accessKeyId,
      secretAccessKey: session.secretAccessKey,
      ...(session.sessionToken !== undefined && { sessionToken: session.sessionToken }),
    },
  });
}

/**
 * Sends a request that the SDK has signed.
 * @throws StorageError for an error response, and for a response without the root element
 */
async function send(
  { transport, clock }: StorageClient,
  request: HttpRequest,
  root: string,
  { attempt = 1, stallMs = defaultStallMs, onAnswer }: SdkOptions,
): Promise<{ response: HttpResponse }> {
  const signedAt = clock.now();
  const query = Object.entries(request.query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value ?? ''))}`,
  );
  const wire = {
    origin: `${request.protocol}//${request.hostname}${request.port ? `:${request.port}` : ''}`,
    path: query.length > 0 ? `${request.path}?${query.join('&')}` : request.path,
    method: request.method as 'GET',
    headers: request.headers,
    ...(request.body !== undefined && { body: Buffer.from(request.body as Uint8Array | string) }),
    keepBytes: maxResponseBytes,
  };
  const answer = await sendRequest(transport.dispatcher, wire, { stallMs });
  if (answer.status >= 300) throw responseError(answer, signedAt, clock, attempt);
  if (answer.status !== 200 || !hasRootElement(root, answer.body)) throw notS3Error(answer);
  onAnswer?.(answer);
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
  );
  const body = Readable.from([Buffer.from(answer.body)]);
  return { response: new HttpResponse({ statusCode: answer.status, headers, body }) };
}

/** Whether a text is a complete XML document with this root element. */
function hasRootElement(root: string, body: string): boolean {
  const text = body.trim();
  const [start = ''] = new RegExp(`^(?:<\\?[^<>]*>)?\\s*<${root}(?:[\\s/][^<>]*)?>`).exec(text) ?? [];
  return start !== '' && (text.endsWith(`</${root}>`) || (start === text && text.endsWith('/>')));
}
