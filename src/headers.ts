import { Minimatch } from 'minimatch';

/** One line of the input `headers`. */
export interface HeaderRule {
  readonly line: string;
  /** In lower case. */
  readonly name: string;
  readonly value: string;
  /** Whether the line means the file of this name, relative to the destination. */
  readonly matches: (file: string) => boolean;
}

/**
 * The mark of objects that this action generates (`_links.html`, a preview's two files, `SHA256SUMS`): they are not counted, not in `urls`, and
 * replaced freely. An object without it is somebody's file, whatever its name.
 */
export const generatedMark = { 'x-amz-meta-generated-by': 'upload-to-workspace' } as const;

/** Whether an object carries the mark. @param headers it is stored with, names in lower case */
export function isGenerated(headers: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(generatedMark).every(([name, value]) => headers[name] === value);
}

/** What may be stored with an object (S3 API, PutObject). */
const storable =
  /^(cache-control|content-type|content-disposition|content-encoding|content-language|x-amz-meta-[a-z0-9-]+)$/;

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
  if (!storable.test(name) || name in generatedMark) return undefined;
  if (glob === undefined) return { line, name, value, matches: () => true };
  const pattern = new Minimatch(glob.replace(/^\.?\//, ''), {
    dot: true,
    matchBase: !glob.includes('/'),
    nocomment: true,
    nonegate: true,
  });
  return { line, name, value, matches: (file) => pattern.match(file) };
}

/** Headers to store a file with: for each header the last line that means the file. Names are in lower case. */
export function headersFor(file: string, rules: readonly HeaderRule[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    rules.filter(({ matches }) => matches(file)).map(({ name, value }) => [name, value]),
  );
}
