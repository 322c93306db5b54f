/**
 * Links of many files in little room: those of one session share all but their path and their signature. A page that carries links is
 * made of this, and expands them when they are wanted.
 */
export interface LinkTable {
  /** What every link begins with, up to the file's name. */
  readonly base: string;
  /** What the query of every link begins with, without `?`. */
  readonly query: string;
  /** For each name the rest of its query; a whole URL, with its scheme, where a link is not made like that. */
  readonly rest: readonly string[];
}

/**
 * Makes the table of links that stand for files below one folder. {@link linkOf} is its inverse.
 * @param links the files' names relative to the destination, and their URLs
 */
export function linkTable(links: readonly { readonly name: string; readonly url: string }[]): LinkTable {
  const parts = links.map(({ name, url }) => split(encodedPath(name), url));
  const base = parts.find((part) => part !== undefined)?.base ?? '';
  const alike = parts.filter((part) => part?.base === base).map((part) => part?.query ?? '');
  const query = alike.reduce(commonStart, alike[0] ?? '');
  return {
    base,
    query,
    rest: links.map(({ url }, index) => {
      const part = parts[index];
      return part?.base === base ? part.query.slice(query.length) : url;
    }),
  };
}

/**
 * The link of the file at `index`. It stands alone, so that pages can carry it as it is.
 * @param name the file's name relative to the destination
 */
export function linkOf({ base, query, rest }: LinkTable, name: string, index: number): string {
  const own = rest[index] ?? '';
  return /^https?:/.test(own) ? own : `${base}${encodedPath(name)}?${query}${own}`;
}

/** A path as S3 signs it: every byte but RFC 3986's unreserved ones and `/` is percent-encoded. */
export function encodedPath(name: string): string {
  return encodeURIComponent(name)
    .replace(/%2F/g, '/')
    .replace(/[!'()*]/g, percent);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function split(path: string, url: string): { base: string; query: string } | undefined {
  const mark = url.indexOf('?');
  const before = url.slice(0, mark);
  if (mark < 0 || url.includes('#') || !before.endsWith(`/${path}`)) return undefined;
  return { base: before.slice(0, before.length - path.length), query: url.slice(mark + 1) };
}

function commonStart(a: string, b: string): string {
  if (b.startsWith(a)) return a;
  let end = 0;
  while (a[end] === b[end]) end += 1;
  return a.slice(0, end);
}
