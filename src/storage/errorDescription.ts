import type { MessageCode } from '../errors/codes.ts';
import { ActionError, messageOf } from '../errors/error.ts';
import { describeNetworkError, isNetworkError } from '../http/networkErrors.ts';
import { excerpt, sanitize } from '../text/sanitize.ts';
import type { Location } from '../terrapi/location.ts';
import { StorageError, formatStorageError } from './s3Error.ts';
import { inputs, setting, wording } from '../text/wording.ts';

/** By the code of the answer, which may be any text. */
const hints = (): ReadonlyMap<string, string> =>
  new Map(
    Object.entries({
      AccessDenied: `The storage session does not allow this. Ask the owner of the workspace for access.`,
      EntityTooLarge: `The file is larger than the storage accepts. Upload smaller files.`,
      XMinioStorageFull: `The storage is full. Tell the people who run the platform.`,
      XMinioParentIsObject: `An object has the name of one of the folders of this key. Delete it, or choose another ${setting('destination')}.`,
      XMinioObjectExistsAsDirectory: `A folder has the name of this key. Delete it, or choose another ${setting('destination')}.`,
      NotS3: `Another server answers instead of the storage, e.g. a proxy or a login page. Check the network of ${wording().machine}. Ask the people who run the platform to check the endpoint of the workspace.`,
      ClockMismatch: `Correct this machine's clock if it is wrong. If it is right, the storage's clock is wrong: tell the people who run the platform.`,
      OtherContent: `The stored content differs from the content that was sent. Tell the people who run the platform.`,
      UnreliableListing: `The storage, or a proxy, returns invalid S3 listings, so nothing was deleted or linked. Tell the people who run the platform.`,
      PreconditionFailed: `A policy of the bucket, or a proxy, does not allow replacing the object. Ask the people who run the platform.`,
      InvalidAccessKeyId: `The storage rejects the platform's session, and a new session too. Tell the people who run the platform.`,
    }),
  );

const quotaHint = `The workspace is full. Delete what you do not need, or ask the people who run the platform for more space.`;

/** Servers have different codes for a quota: MinIO `XMinioAdminBucketQuotaExceeded`, Ceph `QuotaExceeded`. */
function hintFor({ code, status, message }: StorageError): string | undefined {
  // S3 sends a code. Without one, a proxy in front of the storage answered.
  if (code === '' && status === 413)
    return `A proxy or gateway in front of the storage limits the size of requests. Set ${inputs('part-size')} below its limit (at least 5MiB), or ask for a higher limit.`;
  if (/quota/i.test(code) || (code === '' && (status === 507 || /\bquota\b/i.test(message))))
    return quotaHint;
  // S3 sends a code with a redirect. Without one, a proxy redirects.
  if (code === '' && status >= 300 && status < 400) return hints().get('NotS3');
  return hints().get(code) ?? (status === 412 ? hints().get('PreconditionFailed') : undefined);
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
 * Describes a storage error for the user: what failed, where, why, and what to do next.
 * @param what the failed operation, as the beginning of a sentence
 */
export function describeStorageError(
  what: string,
  { endpoint }: Pick<Location, 'endpoint'>,
  error: unknown,
): ActionError {
  if (error instanceof ActionError) {
    const { code, message, hint, details } = error;
    return new ActionError(code, `${what}: ${message}`, { hint, details, cause: error });
  }
  if (error instanceof StorageError) {
    const usual = `Run the ${wording().job} again. If it still fails, tell the people who run the platform.`;
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
      `the network between ${wording().machine} and storage`,
      error,
    );
    return new ActionError(code, `${what}: ${message}`, { hint, cause: error });
  }
  return new ActionError('storage-error', `${what}: ${sanitize(messageOf(error))}`, { cause: error });
}
