import { ActionError } from '../errors/error.ts';
import { formatBytes } from '../text/format.ts';

/** Bytes of an answer, decoded, that are read at most: JSON, errors, pages of listings. */
export const longestAnswer = 8 * 1024 ** 2;

/** What is kept of an answer that is an error. */
const longestError = 64 * 1024;

/** Milliseconds for the whole of an answer, from the request on. */
export const answerMs = 20_000;

/** An answer that is larger than any that is asked for. */
export function tooLarge(origin: string): ActionError {
  return new ActionError(
    'unusable-answer',
    `${origin} answered with more than ${formatBytes(longestAnswer)}`,
    {
      hint: `No answer that this action asks for is that large: check the address, and whether a proxy or gateway answers in its place.`,
    },
  );
}

/**
 * Reads an answer's body, counting its bytes as they are decoded. Of an error the beginning is enough.
 * @throws ActionError `unusable-answer` where it is longer than any answer may be
 */
export async function readAnswer({ body, ok }: Response, origin: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop closes the connection.
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (ok && length > longestAnswer) throw tooLarge(origin);
    if (!ok && length > longestError) break;
  }
  return Buffer.concat(chunks).subarray(0, ok ? longestAnswer : longestError);
}
