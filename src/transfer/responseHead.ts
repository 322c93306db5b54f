import type { WireResponse } from '../storage/wire.ts';

/** The head of a response whose body has a known length: an object in one piece, or the text of an error. */
export interface ResponseHead extends Pick<WireResponse, 'status' | 'headers'> {
  readonly headBytes: number;
  readonly bodyBytes: number;
  /** Whether the connection can send another request. */
  readonly isKeptAlive: boolean;
}

const end = '\r\n\r\n';

/**
 * Parses the head of a response (RFC 9112, 4 and 5) whose body has a length: an object with an ETag and status 200 or 206, or an error.
 * @param start the bytes of the response so far
 * @returns undefined if the head is incomplete; `unusable` for any other response
 */
export function parseHead(start: Buffer): ResponseHead | 'unusable' | undefined {
  const length = start.indexOf(end);
  if (length < 0) return undefined;
  const [first = '', ...lines] = start.toString('utf8', 0, length).split('\r\n');
  const [, status] = /^HTTP\/1\.1 (200|206|[45]\d\d)(?: |$)/.exec(first) ?? [];
  const headers: Record<string, string | string[]> = {};
  for (const line of lines) {
    const [, name = '', text = ''] = /^([!#$%&'*+.^_`|~\w-]+):(.*)$/.exec(line) ?? [];
    if (name === '') return 'unusable';
    const [key, value] = [name.toLowerCase(), text.trim()];
    headers[key] = Object.hasOwn(headers, key) ? [headers[key] ?? '', value].flat() : value;
  }
  const bodyBytes = headers['content-length'];
  const isWhole = typeof bodyBytes === 'string' && /^\d+$/.test(bodyBytes);
  if (!isWhole || status === undefined || headers['transfer-encoding'] !== undefined) return 'unusable';
  // A portal or a gateway that answers instead of the storage sends no ETag.
  if (Number(status) < 300 && headers['etag'] === undefined) return 'unusable';
  return {
    status: Number(status),
    headers,
    headBytes: length + end.length,
    bodyBytes: Number(bodyBytes),
    isKeptAlive: !/\bclose\b/i.test(String(headers['connection'] ?? '')),
  };
}
