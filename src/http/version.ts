/** The version of `package.json`; a test holds them together. */
export const version = '0.1.0';

/** How this action names itself to the servers that it asks (RFC 9110, 10.1.5). */
export const userAgent = `upload-to-workspace/${version}`;
