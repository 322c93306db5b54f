import { parseJson } from '../text/json.ts';

/** The claims of a JWT (RFC 7519, 4), empty if the text is not a JWT. It does not verify the signature: the server does. */
export function jwtClaims(token: string): Readonly<Record<string, unknown>> {
  const claims = parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return typeof claims === 'object' ? { ...claims } : {};
}

/** The `exp` of a JWT (RFC 7519, 4.1.4) in milliseconds since the epoch, NaN if it has none, or one that `Date` cannot represent. */
export function jwtExpiry(token: string): number {
  const { exp } = jwtClaims(token);
  return typeof exp === 'number' ? new Date(exp * 1000).getTime() : NaN;
}
