import type { IndexPageData } from '../../src/links/indexPageData.ts';
import { type Change, changeOf } from './changes.ts';
import { expandLink } from '../../src/links/linkTable.ts';

/** The files of the page. `file` is an index into the columns of {@link IndexPageData}. */
export interface Files {
  readonly count: number;
  /** Path relative to the destination. */
  readonly path: (file: number) => string;
  /** The last segment of the path. */
  readonly name: (file: number) => string;
  /** The path without its last segment. Empty for files at the top. */
  readonly folder: (file: number) => string;
  /** Bytes. */
  readonly size: (file: number) => number;
  /** Media type with its parameters. */
  readonly type: (file: number) => string;
  /** Milliseconds since the epoch. */
  readonly modified: (file: number) => number;
  /** SHA-256 in hex, if it is known. */
  readonly sum: (file: number) => string | undefined;
  /** How it differs from the previous upload; undefined if it does not, or if that is unknown. */
  readonly change: (file: number) => Change | undefined;
  /** Undefined if the page has no links. */
  readonly url: (file: number) => string | undefined;
}

export function filesOf({
  names,
  sizes,
  types,
  mediaTypes,
  ages,
  sums,
  madeAt,
  links,
  changes,
}: IndexPageData): Files {
  const path = (file: number) => names[file] ?? '';
  return {
    count: names.length,
    path,
    name: (file) => path(file).slice(path(file).lastIndexOf('/') + 1),
    folder: (file) => path(file).slice(0, Math.max(0, path(file).lastIndexOf('/'))),
    size: (file) => sizes[file] ?? 0,
    type: (file) => mediaTypes[types[file] ?? -1] ?? '',
    modified: (file) => madeAt - (ages[file] ?? 0) * 1000,
    sum: (file) => (sums[file] === '' ? undefined : sums[file]),
    change: (file) => changeOf(changes?.marks.charAt(file)),
    url: (file) => httpUrl(links ? expandLink(links, path(file), file) : ''),
  };
}

/** Only http and https links are used, because a `javascript:` link would run code. */
function httpUrl(url: string): string | undefined {
  return /^https?:\/\//i.test(url) ? url : undefined;
}
