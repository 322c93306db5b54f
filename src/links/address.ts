import { urlFault } from '../http/urls.ts';
import { printable } from '../text/sanitize.ts';

/** Characters of a link: longer ones are cut off or rejected by browsers, proxies and forges. */
const longestLink = 8 * 1024;

/**
 * Why a URL that the platform answers with is not a link to follow; undefined where it is one. It quotes no more of it than the host, as the rest
 * may open something.
 * @param plainHttp see {@link urlFault}
 */
export function addressProblem(link: string, plainHttp: boolean): string | undefined {
  if (link.length > longestLink) return `the link has ${link.length} characters, more than ${longestLink}`;
  if (/[\p{Cc}\\]/u.test(link)) return 'the link has a control character or a backslash in it';
  const [, authority] = /^https?:\/\/([^/?#]+)/i.exec(link) ?? [];
  const url = URL.parse(link);
  if (authority === undefined || !url) return 'it is not an https link';
  const fault = authority.includes('@') ? 'has a user name or password in it' : urlFault(url, plainHttp);
  const where = printable(`${url.protocol}//${url.host}`);
  if (fault !== undefined) return `the link leads to ${where}, which ${fault}`;
  return link.includes('#') ? `the link to ${where} has a fragment (#) in it` : undefined;
}

/**
 * Where a link to an object leads but for the object: links of the same place are signed in the same way. Undefined for a link whose path does not
 * end with the object's key, so that it does not say which object it opens.
 */
export function placeOf(url: URL, key: string): string | undefined {
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
