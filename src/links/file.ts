import { appendFileSync, closeSync, mkdtempSync, openSync } from 'node:fs';
import path from 'node:path';

/** What the file of the output `links-file` says beside its `files`. */
export interface LinksHeader {
  readonly version: 1;
  readonly workspace: string;
  readonly destination: string;
  /** RFC 3339, UTC; empty where nobody can know. */
  readonly expires_at: string;
}

export interface LinkedFile {
  /** Relative to the destination. */
  readonly path: string;
  readonly key: string;
  readonly s3_uri: string;
  /** In characters that stand in JSON as they are; left out where no links were asked for. */
  readonly url?: string;
  /** Bytes. */
  readonly size: number;
  readonly content_type: string;
  /** In hex, where it is known. */
  readonly sha256?: string;
  /** Left out where nothing was uploaded. */
  readonly status?: 'uploaded' | 'unchanged';
}

/** Characters that are gathered before they are written, so that the links of many files are never in memory all at once. */
const batch = 1024 ** 2;

/**
 * Writes the file into a new folder below `folder`, readable by this user alone: a JSON object with the header's fields and `files`.
 * @returns its path
 */
export function writeLinksFile(folder: string, header: LinksHeader, files: Iterable<LinkedFile>): string {
  const name = path.join(mkdtempSync(path.join(folder, 'upload-to-workspace-')), 'links.json');
  const descriptor = openSync(name, 'w', 0o600);
  try {
    let pending = `${JSON.stringify(header).slice(0, -1)},"files":[`;
    let separator = '\n';
    for (const file of files) {
      pending += separator + entry(file);
      separator = ',\n';
      if (pending.length < batch) continue;
      appendFileSync(descriptor, pending);
      pending = '';
    }
    appendFileSync(descriptor, `${pending}\n]}\n`);
  } finally {
    closeSync(descriptor);
  }
  return name;
}

/** Links are by far the longest part: to look through them for what JSON must escape takes longer than all else. */
function entry({ url, ...file }: LinkedFile): string {
  const json = JSON.stringify(file);
  return url === undefined ? json : `${json.slice(0, -1)},"url":"${url}"}`;
}
