import { ActionError, causes } from '../errors/error.ts';
import { StorageError, isSessionExpired } from '../storage/s3Error.ts';
import { formatMoment } from '../text/format.ts';
import { sanitize } from '../text/sanitize.ts';
import { wording } from '../text/wording.ts';
import { linkExpiry } from './linkExpiry.ts';

/**
 * Whether an error says that a presigned URL has expired. S3 answers `AccessDenied` with "Request has expired", or says that the session behind
 * the URL has expired.
 * @param now milliseconds since the epoch by the server's clock
 */
export function isExpiredLink(error: unknown, link: string, now: number): boolean {
  const answer = causes(error).find((cause) => cause instanceof StorageError);
  if (answer === undefined) return false;
  if (isSessionExpired(answer) || /\bexpired\b/i.test(answer.message)) return true;
  const expiry = linkExpiry(link);
  return (answer.status === 403 || answer.status === 400) && expiry !== undefined && expiry <= now;
}

/** Milliseconds that the clocks of two machines may differ. */
const toleranceMs = 60_000;

/**
 * The error for links that have expired. It says how to get new ones.
 * @param where the list of the links, or the link to it, without a query
 * @param expiresAt milliseconds since the epoch; undefined if unknown
 * @param now milliseconds since the epoch by the server's clock. A session that signed the links may end before `expiresAt`
 */
export function expiredLinks(
  where: string,
  expiresAt: number | undefined,
  now: number,
  cause?: unknown,
): ActionError {
  const isPast = expiresAt !== undefined && expiresAt <= now + toleranceMs;
  const when = isPast ? `expired at ${formatMoment(expiresAt)}` : 'have expired';
  return new ActionError('links-expired', `The links of ${sanitize(where)} ${when}`, {
    hint: `The files themselves do not expire. Get new links: ask the person who sent them to you, or open again the comment or page that has them. If you have access to the workspace, run ${wording().action('links')} with its workspace and destination, or download from the workspace.`,
    cause,
  });
}
