import { Minimatch } from 'minimatch';

import type { Reader } from './reader.ts';

/** One line of the input `headers`. */
export interface HeaderRule {
  readonly line: string;
  /** In lower case. */
  readonly name: string;
  readonly value: string;
  /** As it was given; undefined where the line means all files. */
  readonly glob: string | undefined;
  /** Whether the line means the file of this name, relative to the destination. */
  readonly matches: (file: string) => boolean;
}

/** What may be stored with an object (S3 API, PutObject). */
const storable =
  /^(cache-control|content-type|content-disposition|content-encoding|content-language|x-amz-meta-[a-z0-9-]+)$/;

/** The header by which this action marks what it generates. */
export const reservedHeader = 'x-amz-meta-generated-by';

export function readHeaders(reader: Reader): HeaderRule[] {
  const expected =
    "'[GLOB] Header-Name: value' with Cache-Control, Content-Type, Content-Disposition, Content-Encoding, Content-Language or x-amz-meta-*, in ASCII";
  return reader
    .lines('headers')
    .flatMap((line) => reader.parsed('headers', line, expected, parseHeaderRule) ?? []);
}

/**
 * Reads `[GLOB] Header-Name: value`; undefined where the line is none, or its header cannot be stored. A glob without a `/` means names in
 * any folder, one that begins with it starts at the destination; none means all files. What ends in a colon is no glob, but a header.
 */
export function parseHeaderRule(line: string): HeaderRule | undefined {
  const [, glob, header = '', value = ''] =
    /^(?:(\S*[^\s:])\s+)?([A-Za-z][A-Za-z0-9-]*):[ \t]*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)$/.exec(
      line,
    ) ?? [];
  const name = header.toLowerCase();
  if (!storable.test(name) || name === reservedHeader) return undefined;
  return { line, name, value, glob, matches: glob === undefined ? () => true : globMatcher(glob) };
}

/** Whether a file's name, relative to the destination, is one that a glob means. */
export function globMatcher(glob: string): (file: string) => boolean {
  const pattern = new Minimatch(glob.replace(/^\.?\//, ''), {
    dot: true,
    matchBase: !glob.includes('/'),
    nocomment: true,
    nonegate: true,
  });
  return (file) => pattern.match(file);
}
