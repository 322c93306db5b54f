/** The `exp` of a JWT (RFC 7519, 4.1.4) in milliseconds, NaN when the text is none. The signature is the server's business. */
export function jwtExpiry(token: string): number {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const isObject = typeof claims === 'object' && claims !== null;
    return isObject && 'exp' in claims && typeof claims.exp === 'number' ? claims.exp * 1000 : NaN;
  } catch {
    return NaN;
  }
}
