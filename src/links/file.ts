import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The content of the output `links-file`. */
export interface LinksFile {
  readonly version: 1;
  readonly workspace: string;
  readonly destination: string;
  /** RFC 3339, UTC; empty where nobody can know. */
  readonly expires_at: string;
  readonly files: readonly LinkedFile[];
}

export interface LinkedFile {
  /** Relative to the destination. */
  readonly path: string;
  readonly key: string;
  readonly s3_uri: string;
  readonly url: string;
  /** Bytes. */
  readonly size: number;
  readonly content_type: string;
  /** In hex, where it is known. */
  readonly sha256?: string;
  readonly status: 'uploaded' | 'unchanged';
}

/** Writes the file into a new folder below `folder`, readable by this user alone; returns its path. */
export function writeLinksFile(folder: string, content: LinksFile): string {
  const file = path.join(mkdtempSync(path.join(folder, 'upload-to-workspace-')), 'links.json');
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  return file;
}
