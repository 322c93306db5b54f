import { PackedTexts } from './columns.ts';
import { type LinkTable, compressLinks } from './linkTable.ts';
import type { Links, PublishedFile } from './manifest.ts';

/** A table whose rests are read one by one. */
export interface PackedLinkTable extends Omit<LinkTable, 'rest'> {
  readonly rest: Iterable<string>;
}

/** Makes the table for files below one folder. */
export function createLinkTable(files: Linkable, links: Pick<Links, 'parts' | 'url'>): LinkTable {
  const table = packLinks(files, links);
  return { ...table, rest: [...table.rest] };
}

type Linkable = Iterable<Pick<PublishedFile, 'name' | 'key'>>;

/** Like {@link createLinkTable}, in less memory: the signatures of 300,000 files would take 26 MB. */
export function packLinks(files: Linkable, { parts, url }: Pick<Links, 'parts' | 'url'>): PackedLinkTable {
  if (!parts) return compressLinks(linked(files, url));
  let base: string | undefined;
  const rest = new PackedTexts();
  for (const { name, key } of files) {
    base ??= parts.address(key.slice(0, key.length - name.length));
    rest.add(parts.own(key));
  }
  return { base: base ?? '', query: parts.query, rest };
}

function* linked(files: Linkable, url: Links['url']) {
  for (const { name, key } of files) yield { name, url: url(key) };
}
