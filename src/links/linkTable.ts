import { encodedPath } from '../text/encode.ts';

/**
 * Links of many files in a compact form. The links of one session differ only in path and signature. Pages contain this table and expand a link
 * when they need it.
 */
export interface LinkTable {
  /** The common start of the links, up to the name of the file. */
  readonly base: string;
  /** The common start of the queries, without `?`. */
  readonly query: string;
  /** For each file the rest of its query, or `#` and the whole URL if the link has another form. */
  readonly rest: readonly string[];
}

/**
 * Makes the table of arbitrary links to files below one folder. {@link expandLink} is the inverse.
 * @param links names relative to the destination with their URLs; read once, and no whole URL stays in memory
 */
export function compressLinks(links: Iterable<{ readonly name: string; readonly url: string }>): LinkTable {
  let base: string | undefined;
  let query = '';
  const rest: string[] = [];
  const alike: number[] = [];
  for (const { name, url } of links) {
    const part = split(encodedPath(name), url);
    if (base === undefined && part) ({ base, query } = part);
    if (part === undefined || part.base !== base) {
      rest.push(`#${url}`);
      continue;
    }
    const common = commonStart(query, part.query);
    if (common.length < query.length) {
      const lost = query.slice(common.length);
      for (const index of alike) rest[index] = `${lost}${rest[index] ?? ''}`;
      query = common;
    }
    alike.push(rest.length);
    rest.push(ownCopy(part.query.slice(query.length)));
  }
  return { base: base ?? '', query, rest };
}

/**
 * The link of the file at `index`.
 * @param name relative to the destination
 */
export function expandLink({ base, query, rest }: LinkTable, name: string, index: number): string {
  const own = rest[index] ?? '';
  return own.startsWith('#') ? own.slice(1) : `${base}${encodedPath(name)}?${query}${own}`;
}

function split(path: string, url: string): { base: string; query: string } | undefined {
  const mark = url.indexOf('?');
  const before = url.slice(0, mark);
  if (mark < 0 || url.includes('#') || !before.endsWith(`/${path}`)) return undefined;
  return { base: before.slice(0, before.length - path.length), query: url.slice(mark + 1) };
}

function commonStart(a: string, b: string): string {
  // This comparison is six times as fast as `startsWith`.
  const start = b.slice(0, a.length);
  if (start === a) return a;
  let end = 0;
  while (a[end] === b[end]) end += 1;
  return a.slice(0, end);
}

/** Copies a slice. In V8 a slice references the text that it was cut from and keeps all of it in memory. */
function ownCopy(slice: string): string {
  return ` ${slice}`.slice(1);
}
