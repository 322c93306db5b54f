import type { WalkedFile } from './walk.ts';

/** What a download restores of a file, besides its content. */
export interface FileAttributes {
  /** Seconds since the epoch, negative before 1970. */
  readonly mtime?: number;
  /** Permission bits, at most `0o777`. */
  readonly mode?: number;
}

/** rclone's S3 backend reads and writes these two headers: seconds since the epoch as a decimal number, and the mode of stat(2) in octal. */
const mtimeHeader = 'x-amz-meta-mtime';
const modeHeader = 'x-amz-meta-mode';

/** Seconds. rclone counts nanoseconds in 64 bits, which is enough until 2262. */
const latestTime = 9_200_000_000;

const regularFile = 0o100000;
const fileType = 0o170000;
const permissions = 0o777;

/** S3's limit of user-defined metadata (API reference, PutObject). MinIO counts the names with their prefix. */
const maxMetadataBytes = 2_048;
/** More than both headers take. */
const attributeBytes = 80;

/**
 * Adds time and mode of a file to the headers of its object. Headers that are set already have priority. Nothing is added if the metadata would
 * exceed S3's limit. On Windows, files have no mode.
 * @param headers names in lower case
 */
export function withAttributes(
  headers: Readonly<Record<string, string>>,
  { mtimeMs, mode }: Pick<WalkedFile, 'mtimeMs' | 'mode'>,
): Readonly<Record<string, string>> {
  if (metadataBytes(headers) + attributeBytes > maxMetadataBytes) return headers;
  return {
    ...(Math.abs(mtimeMs) < 1000 * latestTime && { [mtimeHeader]: formatTime(mtimeMs) }),
    ...(mode !== undefined && { [modeHeader]: (regularFile | (mode & permissions)).toString(8) }),
    ...headers,
  };
}

function metadataBytes(headers: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const name in headers)
    if (name.startsWith('x-amz-meta-')) bytes += name.length + (headers[name]?.length ?? 0);
  return bytes;
}

/** Seconds with at most six decimals: a number of milliseconds is not exact beyond microseconds. */
function formatTime(mtimeMs: number): string {
  return (mtimeMs / 1000).toFixed(6).replace(/\.?0+$/, '');
}

/**
 * Reads the attributes of a file from the headers of its object, which may come from any client. Values in another form are ignored, and so is
 * the mode of a folder or symbolic link. Of the mode, only the permission bits count: no setuid, setgid or sticky bit.
 * @param headers of a GET or HEAD response, names in lower case
 */
export function readAttributes(headers: Readonly<Record<string, unknown>>): FileAttributes {
  const mtime = parseTime(headers[mtimeHeader]);
  const mode = parseMode(headers[modeHeader]);
  return { ...(mtime !== undefined && { mtime }), ...(mode !== undefined && { mode }) };
}

function parseTime(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^-?\d{1,10}(?:\.\d{1,20})?$/.test(value)) return undefined;
  const seconds = Number(value);
  return Math.abs(seconds) < latestTime ? seconds : undefined;
}

function parseMode(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^[0-7]{1,7}$/.test(value)) return undefined;
  const mode = Number.parseInt(value, 8);
  const type = mode & fileType;
  return type === regularFile || type === 0 ? mode & permissions : undefined;
}

/**
 * The time of a file as `utimes` takes it. Node.js replaces a negative number by the current time, so that times before 1970 must be a Date,
 * which is exact to the millisecond.
 */
export function timeArgument(mtime: number): number | Date {
  return mtime < 0 ? new Date(Math.round(mtime * 1000)) : mtime;
}
