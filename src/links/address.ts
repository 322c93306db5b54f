import { isLoopback } from '../loopback.ts';

/** Characters of a link: longer ones are cut off or rejected by browsers, proxies and GitHub. */
const longestLink = 8 * 1024;

/**
 * Why a URL that the platform answers with is not a link to follow; undefined where it is one. It quotes no more of it than the host, as the rest
 * may open something.
 * @param allowsHttp whether plain http to this machine is allowed, as the platform itself is on this machine
 */
export function addressProblem(link: string, allowsHttp: boolean): string | undefined {
  if (link.length > longestLink) return `the link has ${link.length} characters, more than ${longestLink}`;
  if (/[\p{Cc}\\]/u.test(link)) return 'the link has a control character or a backslash in it';
  const [, authority] = /^https?:\/\/([^/?#]+)/i.exec(link) ?? [];
  const url = URL.parse(link);
  if (authority === undefined || !url) return 'it is not an https link';
  if (authority.includes('@') || url.username !== '' || url.password !== '')
    return `the link to ${url.host} has a user name or a password in it`;
  if (link.includes('#')) return `the link to ${url.host} has a fragment (#) in it`;
  if (url.protocol === 'https:' || (allowsHttp && isLoopback(url.hostname))) return undefined;
  return `the link leads to ${url.origin}, which is not https`;
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
