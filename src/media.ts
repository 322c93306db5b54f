import { lookup } from 'mrmime';

/** What mrmime has no word for, or one that is wrong for what builds put out. */
const own: Readonly<Record<string, string>> = {
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
};

/** Types that are text and do not say so by their name. */
const alsoText = /^(application\/(javascript|json|toml|xml|yaml|.*\+(json|xml))|image\/svg\+xml)$/;

/** Types whose default is UTF-8 already, so that a charset adds nothing. */
const alwaysUtf8 = /^application\/(json|.*\+json)$/;

/**
 * The media type to store a file with, by its name's ending; texts are declared to be UTF-8, as a browser would otherwise guess. Unknown
 * endings are `application/octet-stream`.
 */
export function mediaType(name: string): string {
  const extension = /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const type = own[extension] ?? lookup(extension) ?? 'application/octet-stream';
  const isText = type.startsWith('text/') || alsoText.test(type);
  return isText && !alwaysUtf8.test(type) ? `${type}; charset=utf-8` : type;
}
