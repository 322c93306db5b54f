import { urlProblem } from '../http/urls.ts';
import { trimEndSlashes } from '../text/slashes.ts';
import type { Reader } from './reader.ts';

export function readUrl(reader: Reader, name: string, fallback: string): URL {
  const given = reader.text(name, fallback);
  const url = parseUrl(given);
  if (url) return url;
  // A URL with a password or a token is refused, and must not be printed.
  const shown = given.replace(/\/\/.*@/s, '//***@').replace(/([?#]).*$/s, '$1***');
  reader.refuse(
    name,
    shown,
    `an https URL without user, query and fragment, e.g. ${fallback} (http for loopback hosts only)`,
  );
  return new URL(fallback);
}

function parseUrl(text: string): URL | undefined {
  const url = URL.parse(trimEndSlashes(text));
  return url && !urlProblem(url, true) && !/[?#]/.test(text) ? url : undefined;
}
