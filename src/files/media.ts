import { lookup } from 'mrmime';

/** What mrmime has no word for, or one that is wrong for what builds put out. */
const own = new Map(
  Object.entries({
    cjs: 'text/javascript',
    cts: 'text/plain',
    ini: 'text/plain',
    junit: 'application/xml',
    lcov: 'text/plain',
    mts: 'text/plain',
    parquet: 'application/vnd.apache.parquet',
    sha256: 'text/plain',
    tif: 'image/tiff',
    toml: 'application/toml',
    ts: 'text/plain',
    tsx: 'text/plain',
    yaml: 'application/yaml',
    yml: 'application/yaml',
  }),
);

/** Types that are text and do not say so by their name. */
const alsoText = /^application\/(javascript|toml|yaml)$/;

/** XML says in its first line how it is encoded, and a charset beside it would win over that (RFC 7303, 3.2). */
const saysItself = /[/+]xml$/;

/**
 * The media type to store a file with, by its name's ending; texts are declared to be UTF-8, as a browser would otherwise guess. Unknown
 * endings are `application/octet-stream`.
 */
export function mediaType(name: string): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > name.lastIndexOf('/') ? name.slice(dot + 1).toLowerCase() : '';
  const type = types.get(extension) ?? typeOf(extension);
  types.set(extension, type);
  return type;
}

/** Whether a file is an HTML page, by its name's ending. */
export function isHtml(name: string): boolean {
  return /\.html?$/i.test(name);
}

/** Types that were found already: there are few endings to many files, which then share one text. */
const types = new Map<string, string>();

function typeOf(extension: string): string {
  const type = own.get(extension) ?? known(extension) ?? 'application/octet-stream';
  const isText = (type.startsWith('text/') && !saysItself.test(type)) || alsoText.test(type);
  return isText ? `${type}; charset=utf-8` : type;
}

/** mrmime looks names up in a plain object, where `constructor` is something too. */
function known(extension: string): string | undefined {
  const type: unknown = lookup(extension);
  return typeof type === 'string' ? type : undefined;
}
