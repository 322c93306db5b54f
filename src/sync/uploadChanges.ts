/** What is known about a file of an upload. */
interface ComparedFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** In hex. */
  readonly sha256?: string | undefined;
  /** See {@link etagPrint}. */
  readonly print?: string | undefined;
}

/** What the index page of the previous upload says about its files. */
export interface EarlierUpload {
  /** SHA of its commit; empty if unknown. */
  readonly commit: string;
  readonly files: ReadonlyMap<string, Omit<ComparedFile, 'name'>>;
}

export type Change = 'new' | 'changed';

/** Numbers of files that differ from the previous upload. */
interface ChangeCounts {
  readonly added: number;
  /** Undefined if the content of some files cannot be compared. */
  readonly changed: number | undefined;
  /** Files of the previous upload that are not in this one. */
  readonly gone: number;
  /** SHA of the commit of the previous upload; empty if unknown. */
  readonly commit: string;
}

export interface UploadChanges extends ChangeCounts {
  /** The new and the changed files, by name. */
  readonly files: ReadonlyMap<string, Change>;
  /** Names. */
  readonly goneNames: readonly string[];
}

/** A file of this upload. With `overwrite: changed`, the upload has compared its content with the stored object. */
export interface UploadedFile extends ComparedFile {
  readonly comparison: 'same' | 'different' | undefined;
}

/** Compares an upload with the one before. */
export function compareUploads(
  { files: earlier, commit }: EarlierUpload,
  current: Iterable<UploadedFile>,
): UploadChanges {
  const files = new Map<string, Change>();
  const names = new Set<string>();
  const counts = { new: 0, changed: 0, unknown: 0 };
  for (const file of current) {
    names.add(file.name);
    const before = earlier.get(file.name);
    const change = before ? changeOf(before, file) : 'new';
    if (change === undefined) continue;
    counts[change] += 1;
    if (change !== 'unknown') files.set(file.name, change);
  }
  const goneNames = [...earlier.keys()].filter((name) => !names.has(name));
  return {
    added: counts.new,
    changed: counts.unknown > 0 ? undefined : counts.changed,
    gone: goneNames.length,
    commit,
    files,
    goneNames,
  };
}

/** Undefined for the same content. */
function changeOf(
  before: Omit<ComparedFile, 'name'>,
  { size, sha256, print, comparison }: UploadedFile,
): 'changed' | 'unknown' | undefined {
  if (before.size !== size) return 'changed';
  const result =
    (comparison === 'same' ? comparison : undefined) ??
    compared(before.sha256, sha256) ??
    // ETags come after the digests: an encrypting storage gives a new ETag to each upload.
    comparison ??
    compared(before.print, print);
  if (result === undefined) return 'unknown';
  return result === 'same' ? undefined : 'changed';
}

function compared(before: string | undefined, now: string | undefined): 'same' | 'different' | undefined {
  if (before === undefined || now === undefined) return undefined;
  return before === now ? 'same' : 'different';
}

/** Characters of a print. */
export const printLength = 4;

/**
 * The first 24 bits of an ETag in base64url. The index page has a print for each file, and a whole ETag would make it too large. A file that
 * changes keeps its print once in 17 million times.
 * @returns undefined if the ETag is unknown or has another form
 */
export function etagPrint(etag: string | undefined): string | undefined {
  const start = /^[0-9a-f]{6}/i.exec(etag ?? '')?.[0];
  return start === undefined ? undefined : Buffer.from(start, 'hex').toString('base64url');
}

/** What the index page has instead of an unknown print. */
export const noPrint = '.'.repeat(printLength);
