/** A file to show. */
export interface Subject {
  readonly url: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Media type with its parameters. */
  readonly type: string;
}

/** The first bytes of a file. */
export interface Beginning {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The file has more bytes. */
  readonly isCut: boolean;
}

/**
 * Fetches the first bytes of a file.
 * @param limit the largest number of bytes
 * @throws Error if the storage rejects the request, TypeError if the browser does
 */
export async function beginningOf(
  { url, size }: Subject,
  limit: number,
  signal: AbortSignal,
): Promise<Beginning> {
  const headers: Record<string, string> = size > limit ? { Range: `bytes=0-${limit - 1}` } : {};
  const answer = await fetch(url, { headers, signal, credentials: 'omit' });
  const { bytes, isCut } = await limited(answer, limit);
  return { bytes, isCut: isCut || size > limit };
}

/**
 * Fetches a range of a file.
 * @param from first byte
 * @param to the byte after the last one
 * @throws Error if the storage rejects the request or ignores the range, TypeError if the browser rejects it
 */
export async function rangeOf(
  { url }: Subject,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const headers = { Range: `bytes=${from}-${to - 1}` };
  const answer = await fetch(url, { headers, signal, credentials: 'omit' });
  if (answer.ok && answer.status !== 206) {
    await answer.body?.cancel();
    throw new Error('The storage cannot send a part of the file.');
  }
  return (await limited(answer, to - from)).bytes;
}

/** The first bytes of a response. The rest is not downloaded. */
async function limited(answer: Response, limit: number): Promise<Beginning> {
  if (!answer.ok || !answer.body)
    throw new Error(`The storage rejects the request (${answer.status}). The link may have expired.`);
  const reader = answer.body.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let left = limit; ;) {
    const { done, value } = await reader.read();
    if (done) return { bytes: joined(parts), isCut: false };
    const fitting = value.subarray(0, left);
    parts.push(fitting);
    left -= fitting.length;
    if (fitting.length === value.length) continue;
    await reader.cancel();
    return { bytes: joined(parts), isCut: true };
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
