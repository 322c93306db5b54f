import { closeSync, openSync, writeSync } from 'node:fs';

import { writeTemporary } from '../hosts/temporary.ts';
import type { Links } from './manifest.ts';

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
  /** Bytes. */
  readonly size: number;
  readonly content_type: string;
  /** In hex, where it is known. */
  readonly sha256?: string;
  /** Left out where nothing was uploaded. */
  readonly status?: 'uploaded' | 'unchanged';
}

/**
 * Writes the file `links.json` into a folder, readable by this user alone: a JSON object with the header's fields and `files`, each with
 * its link as `url`.
 * @param links undefined where none were asked for
 * @returns its path
 */
export function writeLinksFile(
  folder: string,
  header: LinksHeader,
  files: Iterable<LinkedFile>,
  links: Pick<Links, 'url' | 'parts'> | undefined,
): string {
  return writeTemporary(folder, 'links.json', (name) => writeTo(name, header, files, links));
}

function writeTo(
  name: string,
  header: LinksHeader,
  files: Iterable<LinkedFile>,
  links: Pick<Links, 'url' | 'parts'> | undefined,
): void {
  const descriptor = openSync(name, 'w', 0o600);
  try {
    const sink = openSink(descriptor);
    const writeUrl = links && urlWriter(links, sink);
    sink.text(`${JSON.stringify(header).slice(0, -1)},"files":[`);
    let separator = '\n';
    for (const file of files) {
      sink.text(`${separator}${JSON.stringify(file).slice(0, -1)}`);
      writeUrl?.(file.key);
      sink.text('}');
      separator = ',\n';
    }
    sink.text('\n]}\n');
    sink.flush();
  } finally {
    closeSync(descriptor);
  }
}

/** Links are by far the longest part: what all have in common is put into bytes once, and they stand in JSON as they are. */
function urlWriter({ parts, url }: Pick<Links, 'url' | 'parts'>, sink: Sink): (key: string) => void {
  if (!parts) return (key) => sink.text(`,"url":"${url(key)}"`);
  const query = Buffer.from(`?${parts.query}`);
  return (key) => {
    sink.text(`,"url":"${parts.address(key)}`);
    sink.bytes(query);
    sink.text(`${parts.own(key)}"`);
  };
}

interface Sink {
  readonly text: (text: string) => void;
  readonly bytes: (bytes: Buffer) => void;
  readonly flush: () => void;
}

/** Bytes that are gathered before they are written, so that the links of many files are never in memory all at once. */
const batch = 1024 ** 2;

function openSink(descriptor: number): Sink {
  const buffer = Buffer.allocUnsafe(batch);
  let filled = 0;
  const write = (bytes: Buffer) => {
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
  };
  const flush = () => {
    write(buffer.subarray(0, filled));
    filled = 0;
  };
  const bytes = (piece: Buffer) => {
    if (filled + piece.length > batch) flush();
    if (piece.length > batch) write(piece);
    else filled += piece.copy(buffer, filled);
  };
  return {
    text: (text) => {
      // A character takes three bytes of UTF-8 at most, for each unit of UTF-16.
      if (filled + 3 * text.length > batch) bytes(Buffer.from(text));
      else filled += buffer.write(text, filled);
    },
    bytes,
    flush,
  };
}
