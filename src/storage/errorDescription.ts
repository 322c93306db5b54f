import type { MessageCode } from '../errors/codes.ts';
import { ActionError, messageOf } from '../errors/error.ts';
import { describeNetworkError, isNetworkError } from '../http/networkErrors.ts';
import { excerpt, sanitize } from '../text/sanitize.ts';
import type { Location } from '../terrapi/location.ts';
import { StorageError, formatStorageError } from './s3Error.ts';

const hints: Readonly<Record<string, string>> = {
  AccessDenied: `The storage session does not allow it: ask the owner of the workspace for access.`,
  EntityTooLarge: `The file is larger than the storage takes.`,
  XMinioStorageFull: `The storage is full: tell those who run the platform.`,
  XMinioParentIsObject: `There is an object with the name of a folder of this key: remove it, or choose another 'destination'.`,
  XMinioObjectExistsAsDirectory: `There is a folder with the name of this key: remove it, or choose another 'destination'.`,
  NotS3: `Something on the way answers in place of the storage, such as a proxy, or a portal where people sign in: check this runner's network, and the workspace's endpoint with those who run the platform.`,
  ClockMismatch: `Correct this machine's clock if it is wrong. If it is right, the storage's clock is wrong: tell those who run the platform.`,
  OtherContent: `What the storage says it holds is not what was sent: tell those who run the platform.`,
  UnreliableListing: `The storage, or something on the way, does not list as S3 does, so nothing is deleted or linked by it: tell those who run the platform.`,
  PreconditionFailed: `This upload sets no condition: a policy of the bucket or a proxy on the way refuses to replace the object.`,
  InvalidAccessKeyId: `The storage does not know the session that the platform gave, a new one neither: tell those who run the platform.`,
};

const quotaHint = `The workspace is full: remove what is not needed any more, or ask those who run the platform for more room.`;

/** Servers have names of their own for a quota: `XMinioAdminBucketQuotaExceeded` of MinIO, `QuotaExceeded` of Ceph. */
function hintFor({ code, status, message }: StorageError): string | undefined {
  // S3 has a code for it: without one somebody before the storage answered.
  if (code === '' && status === 413)
    return `A proxy or gateway before the storage takes no request of this size: set input 'part-size' to less than it takes (5MiB at least), or have its limit raised.`;
  if (/quota/i.test(code) || (code === '' && (status === 507 || /\bquota\b/i.test(message))))
    return quotaHint;
  // S3 says with a code where else a bucket is; without one, somebody leads elsewhere.
  if (code === '' && status >= 300 && status < 400) return hints['NotS3'];
  return hints[code] ?? (status === 412 ? hints['PreconditionFailed'] : undefined);
}

function codeFor(error: StorageError): MessageCode {
  const hint = hintFor(error);
  if (hint === quotaHint || error.code === 'XMinioStorageFull') return 'storage-full';
  if (error.code === 'AccessDenied' || (error.code === '' && error.status === 403)) return 'storage-denied';
  const isElsewhere =
    error.code === '' && (error.status === 413 || (error.status >= 300 && error.status < 400));
  return error.code === 'NotS3' || isElsewhere ? 'storage-intercepted' : 'storage-error';
}

/**
 * A failure at the storage in words for people: what failed, where, why, and what to do next.
 * @param what what could not be done, as the beginning of a sentence
 */
export function describeStorageError(what: string, { endpoint }: Location, error: unknown): ActionError {
  if (error instanceof ActionError) {
    const { code, message, hint, details } = error;
    return new ActionError(code, `${what}: ${message}`, { hint, details, cause: error });
  }
  if (error instanceof StorageError) {
    const usual = `Run the job again; if it goes on, tell those who run the platform.`;
    const wait = error.retryAfter
      ? `The storage asks to wait (Retry-After: ${excerpt(error.retryAfter, 40)}). `
      : '';
    const hint = `${wait}${hintFor(error) ?? usual}`;
    return new ActionError(codeFor(error), `${what}: ${formatStorageError(error)} (${endpoint.host})`, {
      hint: error.requestId ? `${hint} (request ${error.requestId})` : hint,
      cause: error,
    });
  }
  if (isNetworkError(error)) {
    const { code, message, hint } = describeNetworkError(
      'Storage',
      endpoint,
      'the network between runner and storage',
      error,
    );
    return new ActionError(code, `${what}: ${message}`, { hint, cause: error });
  }
  return new ActionError('storage-error', `${what}: ${sanitize(messageOf(error))}`, { cause: error });
}
