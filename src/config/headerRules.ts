import { Minimatch, braceExpand } from 'minimatch';

import { isUnreasonable } from './globs.ts';
import type { Reader } from './reader.ts';

/** One line of the input `headers`. */
export interface HeaderRule {
  readonly line: string;
  /** In lower case. */
  readonly name: string;
  readonly value: string;
  /** As given; undefined if the line applies to all files. */
  readonly glob: string | undefined;
  /** Whether the line applies to a file, by its name relative to the destination. */
  readonly matches: (file: string) => boolean;
}

/** Headers that S3 stores with an object (API reference, PutObject). */
const storable =
  /^(cache-control|content-type|content-disposition|content-encoding|content-language|x-amz-meta-[a-z0-9-]+)$/;

/** The header that marks generated objects. */
export const reservedHeader = 'x-amz-meta-generated-by';

export function readHeaders(reader: Reader): HeaderRule[] {
  const expected =
    "'[GLOB] Header-Name: value' with Cache-Control, Content-Type, Content-Disposition, Content-Encoding, Content-Language or x-amz-meta-*, in ASCII";
  return reader
    .lines('headers')
    .flatMap((line) => reader.parsed('headers', line, expected, parseHeaderRule) ?? []);
}

/**
 * Parses `[GLOB] Header-Name: value`. Without a glob, the line applies to all files. A glob without `/` matches names in any folder. A glob
 * that starts with `/` starts at the destination. A first word that ends in a colon is a header, not a glob.
 * @returns undefined if the line has another form, or S3 does not store the header
 */
export function parseHeaderRule(line: string): HeaderRule | undefined {
  const [, glob, header = '', value = ''] =
    /^(?:(\S*[^\s:])\s+)?([A-Za-z][A-Za-z0-9-]*):[ \t]*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)$/.exec(
      line,
    ) ?? [];
  const name = header.toLowerCase();
  if (!storable.test(name) || name === reservedHeader || isTooLarge(glob ?? '')) return undefined;
  return { line, name, value, glob, matches: glob === undefined ? () => true : globMatcher(glob) };
}

/** Alternatives in braces multiply: `{a,b}` 20 times in one glob are a million. */
const maxAlternatives = 1_000;

function isTooLarge(glob: string): boolean {
  return (
    isUnreasonable(glob) ||
    braceExpand(glob, { braceExpandMax: maxAlternatives + 1 }).length > maxAlternatives
  );
}

/** Matches names relative to the destination with a glob. */
export function globMatcher(glob: string): (file: string) => boolean {
  const pattern = new Minimatch(glob.replace(/^\.?\//, ''), {
    dot: true,
    matchBase: !glob.includes('/'),
    nocomment: true,
    nonegate: true,
  });
  return (file) => pattern.match(file);
}
