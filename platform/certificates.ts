import { generate } from 'selfsigned';
import type { CertificateExtension } from 'selfsigned';

/** Certificate and key of an HTTPS server, and the certificate that its clients must trust. All PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly certificate: string;
  /** The certificate itself (self-signed), or that of the authority that signed it. */
  readonly trust: string;
}

const algorithm = { keyType: 'rsa', keySize: 2048, algorithm: 'sha256' } as const;

const localNames: CertificateExtension = {
  name: 'subjectAltName',
  altNames: [
    { type: 2, value: 'localhost' },
    { type: 7, ip: '127.0.0.1' },
    { type: 7, ip: '::1' },
  ],
};

/** A self-signed certificate for `localhost`, 127.0.0.1 and ::1. Valid for a year. */
export async function selfSigned(): Promise<ServerCertificate> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...algorithm,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, keyCertSign: true },
      { name: 'extKeyUsage', serverAuth: true },
      localNames,
    ],
  });
  return { key: made.private, certificate: made.cert, trust: made.cert };
}

/** A certificate for `localhost`, 127.0.0.1 and ::1, signed by a new private authority. Valid for a year. */
export async function signedByPrivateAuthority(): Promise<ServerCertificate> {
  const authority = await generate([{ name: 'commonName', value: 'Development platform authority' }], {
    ...algorithm,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...algorithm,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
      { name: 'extKeyUsage', serverAuth: true },
      localNames,
    ],
  });
  return { key: made.private, certificate: made.cert, trust: authority.cert };
}

/**
 * The certificate of a platform. `undefined` for plain HTTP.
 *
 * @param tls the `tls` option of the platform
 */
export async function certificateFor(
  tls: 'none' | 'self-signed' | 'private-ca' | undefined,
): Promise<ServerCertificate | undefined> {
  if (tls === 'self-signed') return selfSigned();
  if (tls === 'private-ca') return signedByPrivateAuthority();
  return undefined;
}
