import { urlProblem } from '../http/urls.ts';
import { sanitize } from '../text/sanitize.ts';

/** In characters. Browsers, proxies and forges cut off or reject longer links. */
const longestLink = 8 * 1024;

/** Without the flag `u`, this takes a tenth of the time of `\p{Cc}`, and lists of 100,000 links are checked. */
const controlOrBackslash = /[\u0000-\u001f\u007f-\u009f\\]/;

/**
 * Checks a link that the platform returned.
 * @param plainHttp see {@link urlProblem}
 * @returns why the link must not be used, or undefined if it is valid; the text quotes only the host, because the rest of a link may give access
 */
export function linkProblem(link: string, plainHttp: boolean): string | undefined {
  if (link.length > longestLink) return `the link has ${link.length} characters, more than ${longestLink}`;
  if (controlOrBackslash.test(link)) return 'the link contains a control character or a backslash';
  const authority = /^https?:\/\/([^/?#]+)/i.exec(link)?.[1];
  const url = URL.parse(link);
  if (authority === undefined || !url) return 'it is not an https link';
  const fault = authority.includes('@') ? 'contains a user name or password' : urlProblem(url, plainHttp);
  const where = sanitize(`${url.protocol}//${url.host}`);
  if (fault !== undefined) return `the link leads to ${where}, which ${fault}`;
  return link.includes('#') ? `the link to ${where} contains a fragment (#)` : undefined;
}

/**
 * What a link has in common with the platform's links to other objects: origin, path without the key, and names of the query parameters. Links
 * with the same template are signed in the same way, so one of them is tested for all.
 * @returns undefined if the path does not end with the object's key, because such a link does not show which object it opens
 */
export function linkTemplate(url: URL, key: string): string | undefined {
  const path = decoded(url.pathname);
  if (!path?.endsWith(`/${key}`)) return undefined;
  const parameters = [...new Set(url.searchParams.keys())].sort();
  return `${url.origin}${path.slice(0, -key.length)}?${parameters.join('&')}`;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
