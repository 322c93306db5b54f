/** The version in `package.json`; a test compares them. */
export const version = '1.0.0';

/** Value of the `User-Agent` header (RFC 9110, 10.1.5). */
export const userAgent = `upload-to-workspace/${version}`;
