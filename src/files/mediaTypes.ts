import { lookup } from 'mrmime';

/** Types that mrmime does not have, or that are wrong for the output of builds. */
const ownTypes = new Map(
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

/** Text types that do not start with `text/`. */
const alsoText = /^application\/(javascript|toml|yaml)$/;

/** XML declares its encoding in the first line, and a charset in the header would override it (RFC 7303, 3.2). */
const xml = /[/+]xml$/;

/**
 * The media type of a file, by its extension. Text gets `charset=utf-8`, because browsers would guess otherwise. An unknown extension is
 * `application/octet-stream`.
 */
export function mediaType(name: string): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > name.lastIndexOf('/') ? name.slice(dot + 1).toLowerCase() : '';
  const type = types.get(extension) ?? typeOf(extension);
  types.set(extension, type);
  return type;
}

/** Whether a file is an HTML page, by its extension. */
export function isHtml(name: string): boolean {
  return /\.html?$/i.test(name);
}

/** A cache: many files share few extensions, and then share one text in memory. */
const types = new Map<string, string>();

function typeOf(extension: string): string {
  const type = ownTypes.get(extension) ?? known(extension) ?? 'application/octet-stream';
  const isText = (type.startsWith('text/') && !xml.test(type)) || alsoText.test(type);
  return isText ? `${type}; charset=utf-8` : type;
}

/** mrmime uses a plain object, which also has properties like `constructor`. */
function known(extension: string): string | undefined {
  const type: unknown = lookup(extension);
  return typeof type === 'string' ? type : undefined;
}
