import type { OpenFolders } from './model.ts';

/** What the fragment of the address says. */
export interface Place {
  readonly folders: OpenFolders;
  /** The text of the search box. Empty while the table shows folders. */
  readonly search: string;
  /** The path that the pane shows. The path of a folder ends with `/`. Undefined if the pane is closed. */
  readonly file: string | undefined;
  /** The beginning of the paths whose pictures are a gallery. Undefined without a gallery. */
  readonly pictures?: string | undefined;
}

/** Characters of folder paths in the address. Some programs cut longer addresses. */
const mostFolderCharacters = 2_000;

/** Characters of a search. */
const longestSearch = 1_000;

/**
 * Formats a place as a fragment, e.g. `#folder=docs/img&search=logo&file=docs/img/logo.png`. Several folders make several `folder=`. The fragment
 * is never sent to a server, so it does not change a presigned URL.
 * @returns the empty string for the page as it opens at first
 */
export function formatPlace({ folders, search, file, pictures }: Place): string {
  const parts = [
    ...folderParts(folders),
    ...(search === '' ? [] : [`search=${encode(search)}`]),
    ...(pictures === undefined ? [] : [pictures === '' ? 'pictures' : `pictures=${encode(pictures)}`]),
    ...(file === undefined ? [] : [`file=${encode(file)}`]),
  ];
  return parts.length === 0 ? '' : `#${parts.join('&')}`;
}

function folderParts(folders: OpenFolders): string[] {
  if (folders === 'first') return [];
  if (folders === 'all') return ['folders=all'];
  if (folders.length === 0) return ['folders=none'];
  let room = mostFolderCharacters;
  return folders.map((path) => `folder=${encode(path)}`).filter((part) => (room -= part.length) > 0);
}

/** Reads a fragment. Unknown parts are ignored, and what cannot be decoded is taken as it is. */
export function readPlace(fragment: string): Place {
  const parts = fragment
    .replace(/^#/, '')
    .split('&')
    .map((part) => [part.replace(/=.*/s, ''), decode(part.replace(/^[^=]*=?/, ''))] as const);
  const all = (wanted: string) => parts.filter(([name]) => name === wanted).map(([, value]) => value);
  const [folders, paths] = [all('folders')[0], all('folder').map((path) => path.replace(/\/$/, ''))];
  const isNone = folders === 'none';
  const [file, pictures] = [all('file')[0], all('pictures')[0]];
  return {
    folders: folders === 'all' ? 'all' : paths.length > 0 || isNone ? paths : 'first',
    search: (all('search')[0] ?? '').slice(0, longestSearch),
    file: file === '' ? undefined : file,
    ...(pictures !== undefined && { pictures }),
  };
}

/**
 * Percent-encodes a text, and leaves `/`, `:`, `,` and `@` readable. Parentheses and quotes are encoded, because programs end a link at them.
 */
function encode(text: string): string {
  // A surrogate without its other half cannot be encoded.
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))
    .replace(/%(?:2F|3A|2C|40)/g, decodeURIComponent)
    .replace(/[!'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Percent-decodes a text. What cannot be decoded stays as it is. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
