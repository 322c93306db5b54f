/**
 * Whether a host name is this machine: `localhost` or a name below it (RFC 6761, 6.3), 127.0.0.0/8 or ::1. These names are never resolved
 * by DNS. `0.0.0.0`, `::` and IPv4-mapped IPv6 addresses do not count.
 */
export function isLoopback(hostname: string): boolean {
  const isAddress = /^(?:\[::1\]|::1|127(?:\.\d{1,3}){3}\.?)$/.test(hostname);
  return isAddress || isLocalName(hostname);
}

/** Whether a host name is `localhost` or a name below it. */
export function isLocalName(hostname: string): boolean {
  return /(?:^|\.)localhost\.?$/i.test(hostname);
}

/** Whether plain HTTP to this machine is allowed: only if the platform itself runs on this machine. */
export function allowsPlainHttp({ issuer, apiUrl }: { readonly issuer: URL; readonly apiUrl: URL }): boolean {
  return isLoopback(issuer.hostname) || isLoopback(apiUrl.hostname);
}

/**
 * Why a URL may not be used, as the end of a sentence whose subject is the URL; undefined if it may be used. Every URL from an input, the
 * runner or a server is checked here before use. The text does not quote the URL, which may contain a password.
 * @param plainHttp whether `http:` to this machine is allowed, see {@link allowsPlainHttp}
 */
export function urlProblem(url: URL, plainHttp: boolean): string | undefined {
  if (url.username || url.password) return 'contains a user name or password';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:' || !isLoopback(url.hostname)) return 'is not https';
  return plainHttp ? undefined : 'is plain http to this machine, but the platform is not on this machine';
}

/** Like {@link urlProblem}, for a text that may not be a URL. */
export function urlTextProblem(text: string, plainHttp: boolean): string | undefined {
  const url = URL.parse(text);
  return url ? urlProblem(url, plainHttp) : 'is not a URL';
}
