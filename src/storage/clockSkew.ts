import type { Clock } from '../http/clock.ts';
import { StorageError, storageError } from './s3Error.ts';
import { element } from './xml.ts';
import type { WireResponse } from './wire.ts';

/** S3 refuses a request that is signed for a time 15 minutes off. A smaller difference does not explain a 403 without error code. */
const maxSkewMs = 300_000;

/** If the time of the signature is this close to the time of the response, setting the clock does not help. */
const minSkewMs = 60_000;

/** Attempts before a refusal counts as permanent although the clock is right: another server of the storage may answer the next one. */
const maxAttempts = 2;

/**
 * The error of a response. If the storage refuses the time of a request (`RequestTimeTooSkewed`), it sets the clock by the response, and the
 * request is retried. The response to a HEAD may have no error code: then the difference to its `Date` header decides.
 * @param signedAt the time of the signature, in milliseconds since the epoch
 * @param attempt number of the attempt, starting at 1
 * @returns `ClockMismatch` if the storage refuses even its own time: a retry cannot help
 */
export function responseError(
  { status, headers, body }: WireResponse,
  signedAt: number,
  clock: Clock,
  attempt: number,
): StorageError {
  const error = storageError(status, headers, body);
  const time = element(body, 'ServerTime') ?? headers['date']?.toString();
  const skewMs = Math.abs(Date.parse(time ?? '') - signedAt);
  if (error.code === 'RequestTimeTooSkewed') {
    if (!(skewMs > minSkewMs) && attempt > maxAttempts) return mismatch(error, time, signedAt, clock);
    clock.observe(time, 0);
    return error;
  }
  if (error.code !== '' || status !== 403 || !(skewMs > maxSkewMs)) return error;
  clock.observe(time, 0);
  return storageError(status, { ...headers, 'x-minio-error-code': 'RequestTimeTooSkewed' }, body);
}

function mismatch(
  { status, requestId }: StorageError,
  time: string | undefined,
  signedAt: number,
  clock: Clock,
): StorageError {
  const machine = clock.now() - clock.skewSeconds * 1000;
  return new StorageError({
    status,
    code: 'ClockMismatch',
    message: `RequestTimeTooSkewed, although the request was signed for ${utc(signedAt)}, and the time in the answer is ${time === undefined ? 'missing' : utc(Date.parse(time))}. This machine's clock says ${utc(machine)}`,
    requestId,
  });
}

function utc(ms: number): string {
  return Number.isNaN(ms) ? 'invalid' : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
