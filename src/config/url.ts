import { urlProblem } from '../http/urls.ts';
import { trimEndSlashes } from '../text/slashes.ts';
import type { Reader } from './reader.ts';

export function readUrl(reader: Reader, name: string, fallback: string): URL {
  const given = reader.text(name, fallback);
  const url = parseUrl(given);
  if (url) return url;
  reader.refuse(
    name,
    withoutSecrets(given),
    `an https URL without user, query and fragment, e.g. ${fallback} (http for loopback hosts only)`,
  );
  return new URL(fallback);
}

/**
 * An invalid URL without the parts that may be secret: user and password, query and fragment. URL parsers also accept `https:user:password@host`, and `\`
 * instead of `/`.
 */
export function withoutSecrets(text: string): string {
  const [scheme] = /^[^:]*:[\\/]*/.exec(text) ?? [];
  const end = text.lastIndexOf('@');
  // A query or fragment may contain `@`.
  if (scheme !== undefined && /[?#]/.test(text.slice(0, Math.max(end, 0)))) return `${scheme}***`;
  const shown = scheme !== undefined && end >= scheme.length ? `${scheme}***${text.slice(end)}` : text;
  return shown.replace(/([?#]).*$/s, '$1***');
}

function parseUrl(text: string): URL | undefined {
  const url = URL.parse(trimEndSlashes(text));
  return url && !urlProblem(url, true) && !/[?#]/.test(text) ? url : undefined;
}
