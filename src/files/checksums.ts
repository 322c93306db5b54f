import { createHash } from 'node:crypto';

/** The name of the generated object with the checksums. */
export const checksumsName = 'SHA256SUMS';

/** The generated object of a folder. @param base what every key below the folder begins with */
export function checksumsBelow(base: string): { readonly name: string; readonly key: string } {
  return { name: checksumsName, key: `${base}${checksumsName}` };
}

/** Whether this is the path of a checksums file, in any folder. */
export function isChecksumsName(name: string): boolean {
  return name === checksumsName || name.endsWith(`/${checksumsName}`);
}

/**
 * Formats checksums for `sha256sum -c` (GNU coreutils). If a name has a backslash or a line break, it is escaped, and its line starts with a
 * backslash.
 * @param sums SHA-256 in hex, by file name
 */
export function formatChecksums(sums: ReadonlyMap<string, string>): string {
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, sum]) => {
      const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
      return `${escaped === name ? '' : '\\'}${sum}  ${escaped}\n`;
    })
    .join('');
}

/** The metadata of a generated checksums file with its {@link listDigest}. */
export const listDigestHeader = 'x-amz-meta-list-digest';

/** The ETag of a file by its name, without quotes; undefined if there is no such file. */
export type EtagOf = (name: string) => string | undefined;

/**
 * SHA-256 in hex of checksums and of the ETags of their files. As long as it stays the same, the checksums are those of the stored files.
 * @returns undefined if a file has no ETag
 */
export function listDigest(sums: ReadonlyMap<string, string>, etagOf: EtagOf): string | undefined {
  const digest = createHash('sha256');
  for (const name of [...sums.keys()].sort()) {
    const etag = etagOf(name);
    if (etag === undefined) return undefined;
    digest.update(`${sums.get(name) ?? ''} ${etag} ${name}\0`);
  }
  return digest.digest('hex');
}

/** The content of a checksums file. */
export interface Checksums {
  /** SHA-256 in lower-case hex, by file name. Names are relative to the folder of the checksums file, without a `./` at the start. */
  readonly sums: ReadonlyMap<string, string>;
  /** What is wrong with the first unusable lines; empty for a valid file. A line that repeats a name with another digest is unusable. */
  readonly problems: readonly string[];
}

/** Bytes of the largest checksums file that is read: 300,000 files with names of 140 bytes. */
export const maxChecksumsBytes = 64 * 1024 ** 2;

/** Problems reported at most. Many of them have the same cause. */
const maxProblems = 5;

/**
 * Parses a checksums file as `sha256sum -c` does (GNU coreutils): lines `<hex>  <name>`, `<hex> *<name>` and `SHA256 (<name>) = <hex>`, with LF or
 * CRLF. A backslash at the start of a line means that its name is escaped. Empty lines and lines that start with `#` are skipped.
 */
export function parseChecksums(text: string): Checksums {
  const sums = new Map<string, string>();
  const problems: string[] = [];
  const report = (problem: string) => {
    if (problems.length < maxProblems) problems.push(problem);
  };
  let number = 0;
  for (const line of linesOf(text.startsWith('\ufeff') ? text.slice(1) : text)) {
    number += 1;
    if (line === '' || line.startsWith('#')) continue;
    const { name, sum } = parseLine(line) ?? {};
    if (name === undefined || sum === undefined) report(`line ${number} is not a SHA-256 digest and a name`);
    else if ((sums.get(name) ?? sum) !== sum) report(`line ${number} repeats a name with another digest`);
    else sums.set(name, sum);
  }
  return { sums, problems };
}

/** Yields lines without their ends. It does not hold all of them in memory. */
function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    yield text.slice(start, end).replace(/\r$/, '');
    start = end + 1;
  }
}

const plainLine = /^(\\?)([0-9a-f]{64}) [ *](.+)$/is;
const taggedLine = /^(\\?)SHA256 \((.+)\) = ([0-9a-f]{64})$/is;

function parseLine(line: string): { readonly name: string; readonly sum: string } | undefined {
  const [, mark, hex, shown] = plainLine.exec(line) ?? reorder(taggedLine.exec(line));
  if (hex === undefined || shown === undefined) return undefined;
  const name = mark === '' ? shown : unescapeName(shown);
  return name === undefined ? undefined : { name: name.replace(/^(?:\.\/+)+/, ''), sum: hex.toLowerCase() };
}

function reorder(match: RegExpExecArray | null): readonly (string | undefined)[] {
  return match ? [match[0], match[1], match[3], match[2]] : [];
}

/** The name behind an escaped one; undefined if an escape is unknown. */
function unescapeName(shown: string): string | undefined {
  if (/\\(?:[^\\nr]|$)/.test(shown.replaceAll('\\\\', ''))) return undefined;
  return shown.replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', r: '\r' })[letter] ?? letter);
}
