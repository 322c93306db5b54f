import { closeSync, openSync, writeSync } from 'node:fs';

import { writeTempFile } from '../hosts/temporary.ts';
import type { Links } from './manifest.ts';

/** The fields of the links file before `files`. */
export interface LinksHeader {
  readonly version: 1;
  readonly workspace: string;
  readonly destination: string;
  /** RFC 3339, UTC; empty if unknown. */
  readonly expires_at: string;
  /** The generated file with the checksums of `files`; absent if there is none. */
  readonly checksums?: ChecksumsFile;
}

/** A generated file, which is not one of `files`. */
export interface ChecksumsFile extends Pick<LinkedFile, 'path' | 'key' | 's3_uri'> {
  /** Absent if no links were requested. */
  readonly url?: string;
}

export interface LinkedFile {
  /** Relative to the destination. */
  readonly path: string;
  readonly key: string;
  readonly s3_uri: string;
  /** Bytes. */
  readonly size: number;
  readonly content_type: string;
  /** In hex; absent if unknown. */
  readonly sha256?: string;
  /** Absent if the step uploads nothing. */
  readonly status?: 'uploaded' | 'unchanged';
}

/**
 * Writes the links file `links.json` into a folder. Only the current user can read it. It is a JSON object with the fields of the header and
 * `files`. Each file has its link as `url`.
 * @param links undefined if no links were requested
 * @returns the path of the file
 */
export function writeLinksFile(
  folder: string,
  header: LinksHeader,
  files: Iterable<LinkedFile>,
  links: Pick<Links, 'url' | 'parts'> | undefined,
): string {
  return writeTempFile(folder, 'links.json', (name) => writeTo(name, header, files, links));
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

/** Links are most of the file. Their common part is encoded only once. They contain no characters that JSON escapes. */
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

/** Bytes of the write buffer. It keeps the links of many files from being in memory at the same time. */
const bufferSize = 1024 ** 2;

function openSink(descriptor: number): Sink {
  const buffer = Buffer.allocUnsafe(bufferSize);
  let filled = 0;
  const write = (bytes: Buffer) => {
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
  };
  const flush = () => {
    write(buffer.subarray(0, filled));
    filled = 0;
  };
  const bytes = (piece: Buffer) => {
    if (filled + piece.length > bufferSize) flush();
    if (piece.length > bufferSize) write(piece);
    else filled += piece.copy(buffer, filled);
  };
  return {
    text: (text) => {
      // A UTF-16 code unit takes at most three bytes in UTF-8.
      if (filled + 3 * text.length > bufferSize) bytes(Buffer.from(text));
      else filled += buffer.write(text, filled);
    },
    bytes,
    flush,
  };
}
