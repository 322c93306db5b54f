/** The claims of a JWT (RFC 7519, 4); none when the text is no JWT. The signature is the server's business. */
export function jwtClaims(token: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return typeof claims === 'object' ? { ...claims } : {};
  } catch {
    return {};
  }
}

/** The `exp` of a JWT (RFC 7519, 4.1.4) in milliseconds, NaN when the text is none. */
export function jwtExpiry(token: string): number {
  const { exp } = jwtClaims(token);
  return typeof exp === 'number' ? exp * 1000 : NaN;
}
