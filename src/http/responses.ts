import { ActionError } from '../errors/error.ts';
import { formatBytes } from '../text/format.ts';

/** Size limit of a decoded response body: JSON, errors, pages of listings. */
export const maxResponseBytes = 8 * 1024 ** 2;

/** Bytes kept of the body of an error response. */
export const maxErrorBytes = 64 * 1024;

/** Milliseconds from sending a request to receiving its complete response. */
export const responseTimeoutMs = 20_000;

/** The error for a response beyond the size limit. */
export function responseTooLarge(origin: string, limit = maxResponseBytes): ActionError {
  return new ActionError('unusable-answer', `${origin} answered with more than ${formatBytes(limit)}`, {
    hint: `No valid answer is that large. Check the address, and whether a proxy or gateway answers instead.`,
  });
}

/**
 * Reads a response body, and counts its bytes while they are decoded. Of an error response it reads only the beginning.
 * @throws ActionError `unusable-answer` if the body exceeds the size limit
 */
export async function readResponseBody({ body, ok }: Response, origin: string): Promise<Buffer> {
  const stream = (body ?? []) as AsyncIterable<Uint8Array>;
  if (!ok) return (await readStart(stream, maxErrorBytes)).start;
  const { start, isWhole } = await readStart(stream, maxResponseBytes);
  if (!isWhole) throw responseTooLarge(origin);
  return start;
}

/** Reads a stream up to a limit in bytes, and closes it if there is more. */
export async function readStart(
  stream: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<{ readonly start: Buffer; readonly isWhole: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop closes the connection or the file.
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) break;
  }
  return { start: Buffer.concat(chunks).subarray(0, limit), isWhole: length <= limit };
}
