/** Kinds of files. Each has an icon. */
export type Kind = 'picture' | 'page' | 'text' | 'data' | 'archive' | 'sound' | 'film' | 'document' | 'other';

/** How the page can show a file. */
export type Viewer = OwnViewer | LoadedViewer;

/** The viewers in the first script of the page. */
export type OwnViewer = 'picture' | 'text' | 'sound' | 'film' | 'none';

/** The viewers in the second script of the page, which is unpacked when the first of them is wanted. */
export type LoadedViewer = 'json' | 'log' | 'markdown' | 'notebook' | 'page' | 'pdf' | 'table' | 'zip';

/** Formats that are a zip with files of a certain kind. */
const zipTypes =
  /^application\/(?:(?:x-)?zip(?:-compressed)?|java-archive|epub\+zip|vnd\.(?:openxmlformats-officedocument|oasis\.opendocument|google-earth\.kmz|android\.package-archive).*)$/;

/** The files that they show. A file matches by its media type without parameters, or by its path. The first match counts. */
const loaded: readonly (readonly [type: RegExp, path: RegExp, LoadedViewer])[] = [
  [/^text\/(?:x-)?markdown$/, /\.(?:md|markdown)$/i, 'markdown'],
  [/^application\/x-ipynb\+json$/, /\.ipynb$/i, 'notebook'],
  [/^text\/x-log$/, /\.(?:log|out|txt)$/i, 'log'],
  [zipTypes, /\.(?:apk|egg|jar|kmz|npz|nupkg|vsix|war|whl|xpi|zip)$/i, 'zip'],
  [/[/+](?:json|json-seq|x-ndjson)$/, /\.(?:geo|topo)?jsonl?$|\.ndjson$/i, 'json'],
  [/^(?:text\/html|application\/xhtml\+xml)$/, /\.x?html?$/i, 'page'],
  [/^application\/pdf$/, /\.pdf$/i, 'pdf'],
  [/^text\/(?:csv|tab-separated-values)$/, /\.(?:csv|tsv|tab)$/i, 'table'],
];

const kinds: readonly (readonly [RegExp, Kind])[] = [
  [/^image\/(?!tiff|vnd|jp2|x-)|^image\/(?:vnd\.microsoft\.icon|x-icon)$/, 'picture'],
  [/^image\//, 'data'],
  [/^(?:text\/html|application\/xhtml\+xml)$/, 'page'],
  [/^audio\//, 'sound'],
  [/^video\//, 'film'],
  [/^application\/pdf$|officedocument|opendocument|msword|ms-excel|ms-powerpoint|epub/, 'document'],
  [/zip|tar$|compressed|7z|rar|java-archive|x-xz|zstd|python-wheel/, 'archive'],
  [/json|xml|csv|tab-separated|parquet|netcdf|hdf|sqlite|geopackage|yaml|toml/, 'data'],
  [/^text\/|javascript|ecmascript|x-sh$|sql$|typescript|x-python/, 'text'],
];

/** Extensions of build outputs that have no media type. */
const textEndings =
  /(?:^|\/)(?:license|readme|makefile|dockerfile|changelog|sha256sums)$|\.(?:bash|bat|c|cc|cfg|cmake|conf|cpp|cs|css|csv|diff|env|go|gradle|h|hpp|ini|java|js|json|jsonl|kt|log|lua|map|md|ndjson|nfo|out|patch|php|pl|properties|ps1|py|r|rb|rs|rst|scala|sh|sql|srt|svelte|swift|tap|tex|toml|ts|tsv|tsx|txt|vue|yaml|yml)$/i;

const textTypes = /^text\/|[/+](?:json|xml|yaml|toml|x-ndjson|javascript|ecmascript|sql|x-sh|typescript)$/;

/** A media type without its parameters, in lower case. */
export function bareType(type: string): string {
  return (type.split(';')[0] ?? '').trim().toLowerCase();
}

export function kindOf(type: string, path: string): Kind {
  const bare = bareType(type);
  const known = kinds.find(([pattern]) => pattern.test(bare))?.[1];
  return known ?? (textEndings.test(path) ? 'text' : 'other');
}

/** @param type media type with its parameters */
export function viewerOf(type: string, path: string): Viewer {
  const bare = bareType(type);
  const saysNothing = bare === '' || bare.endsWith('octet-stream');
  const found = loaded.find(
    ([types, paths]) => types.test(bare) || ((saysNothing || bare === 'text/plain') && paths.test(path)),
  );
  if (found) return found[2];
  const kind = kindOf(type, path);
  if (kind === 'picture' || kind === 'sound' || kind === 'film') return kind;
  if (textTypes.test(bare)) return 'text';
  return saysNothing && textEndings.test(path) ? 'text' : 'none';
}

export function isLoaded(viewer: Viewer): viewer is LoadedViewer {
  return loaded.some(([, , name]) => name === viewer);
}

/** Types that browsers show in a tab. They download files of other types. */
const tabTypes =
  /^(?:application\/(?:pdf|json|xml|javascript|xhtml\+xml)|text\/(?!csv$|tab-separated-values$|calendar$|vcard$|rtf$).*|application\/.*\+(?:json|xml))$/;

/** Says whether a browser shows the file in a tab. It downloads other files. */
export function opensInTab(type: string, path: string): boolean {
  return ['picture', 'sound', 'film'].includes(kindOf(type, path)) || tabTypes.test(bareType(type));
}
