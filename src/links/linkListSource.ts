import { createReadStream } from 'node:fs';

import { ActionError, isError, messageOf } from '../errors/error.ts';
import { maxErrorBytes, readStart } from '../http/responses.ts';
import type { OnRetry } from '../http/retry.ts';
import type { Transport } from '../http/transport.ts';
import { describeNetworkError, isNetworkError } from '../http/networkErrors.ts';
import { StorageError, createStorageRetrier, formatStorageError, storageError } from '../storage/s3Error.ts';
import { formatBytes } from '../text/format.ts';
import { sanitize } from '../text/sanitize.ts';
import { wording } from '../text/wording.ts';
import { expiredLinks, isExpiredLink } from './expiredLinks.ts';
import { linkExpiry } from './linkExpiry.ts';
import { indexPageName } from './page.ts';

/** Bytes of the largest list that is read: the index page of a million files. A links file is ten times as large, because it repeats each link. */
const maxListBytes = 256 * 1024 ** 2;

/** Milliseconds without a byte, and for the whole list. */
const stallMs = 30_000;
const deadlineMs = 300_000;

/**
 * Reads the text of a links file.
 * @throws ActionError `file-unreadable`, or `invalid-links` for a file that is too large
 */
export async function readListFile(path: string): Promise<string> {
  try {
    return await readAll(createReadStream(path), path);
  } catch (error) {
    if (error instanceof ActionError) throw error;
    throw new ActionError('file-unreadable', `File ${sanitize(path)} cannot be read: ${messageOf(error)}`, {
      hint: `Check the path and its permissions.`,
      cause: error,
    });
  }
}

export interface ReadListOptions {
  readonly signal: AbortSignal;
  readonly onRetry: OnRetry;
}

/**
 * Reads the text of a links file or an index page by its link. It sends no credentials, and follows no redirect.
 * @throws ActionError `links-expired`; it never contains the query of the link
 */
export async function readListUrl(
  url: URL,
  transport: Transport,
  { signal, onRetry }: ReadListOptions,
): Promise<string> {
  const where = shownLink(url);
  const clock = transport.clockOf(url);
  const expiry = linkExpiry(url.href);
  if (expiry !== undefined && expiry <= clock.now()) throw expiredLinks(where, expiry, clock.now());
  const retrier = createStorageRetrier(clock, { signal, onRetry });
  try {
    return await retrier(() => requestList(url, where, transport, signal), { what: () => where });
  } catch (error) {
    if (signal.aborted || error instanceof ActionError) throw error;
    throw isExpiredLink(error, url.href, clock.now())
      ? expiredLinks(where, expiry, clock.now(), error)
      : unread(url, where, error);
  }
}

/** A link without its query, which gives access. */
export function shownLink({ origin, pathname }: URL): string {
  return sanitize(`${origin}${pathname}`);
}

async function requestList(
  url: URL,
  where: string,
  transport: Transport,
  signal: AbortSignal,
): Promise<string> {
  const started = performance.now();
  const { statusCode, headers, body } = await transport.dispatcher.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: 'GET',
    headers: { 'accept-encoding': 'identity' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
    headersTimeout: stallMs,
    bodyTimeout: stallMs,
  });
  transport.clockOf(url).observe(headers['date']?.toString(), performance.now() - started);
  if (statusCode === 200) return readAll(body, where);
  const { start } = await readStart(body, maxErrorBytes);
  throw storageError(statusCode, headers, start.toString());
}

async function readAll(stream: AsyncIterable<Uint8Array>, where: string): Promise<string> {
  const { start, isWhole } = await readStart(stream, maxListBytes);
  if (!isWhole) throw tooLarge(where);
  return start.toString();
}

function tooLarge(where: string): ActionError {
  return new ActionError(
    'invalid-links',
    `The links in ${sanitize(where)} cannot be used: there are more than ${formatBytes(maxListBytes)}`,
    {
      hint: `Use the link of the index page (${indexPageName}), which is much smaller than a links file. Or download a subfolder.`,
    },
  );
}

function unread(url: URL, where: string, error: unknown): ActionError {
  const what = `${where} cannot be read`;
  if (error instanceof StorageError) {
    const isDenied = error.status === 403 || error.status === 401;
    return new ActionError(
      isDenied ? 'storage-denied' : 'storage-error',
      `${what}: ${formatStorageError(error)}`,
      {
        hint:
          isDenied || error.status === 400
            ? `Check that the link is complete: put it in quotes, because a shell cuts it off at the first '&'. Or ask for a new link.`
            : `Check the link. The files may have been removed since.`,
        cause: error,
      },
    );
  }
  if (isNetworkError(error)) {
    const { code, message, hint } = describeNetworkError('Server', url, `the link`, error);
    return new ActionError(code, `${what}: ${message}`, { hint, cause: error });
  }
  const reason = isError(error) ? messageOf(error) : 'unknown error';
  return new ActionError('storage-error', `${what}: ${sanitize(reason)}`, {
    hint: `Run the ${wording().job} again.`,
    cause: error,
  });
}
