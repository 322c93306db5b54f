import type { IndexPageData } from '../../src/links/indexPageData.ts';
import { linkOf } from '../../src/links/linkTable.ts';

/** The files of the page, each by its place in the columns that the page carries. */
export interface Files {
  readonly count: number;
  /** Path relative to the destination. */
  readonly path: (file: number) => string;
  /** What stands after the last `/` of its path. */
  readonly name: (file: number) => string;
  /** What stands before that; empty at the top. */
  readonly folder: (file: number) => string;
  /** Bytes. */
  readonly size: (file: number) => number;
  /** Media type with its parameters. */
  readonly type: (file: number) => string;
  /** Milliseconds since the epoch. */
  readonly modified: (file: number) => number;
  /** SHA-256 in hex, where it is known. */
  readonly sum: (file: number) => string | undefined;
  /** Undefined where no links were asked for. */
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
    url: (file) => httpUrl(links ? linkOf(links, path(file), file) : ''),
  };
}

/** A link of any other scheme is none: `javascript:` would be one that runs. */
function httpUrl(url: string): string | undefined {
  return /^https?:\/\//i.test(url) ? url : undefined;
}
