import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { messageOf } from '../errors/error.ts';
import { excerpt } from '../text/sanitize.ts';
import type { Reader } from './reader.ts';

/** Reads `ca-certificates`: PEM text, or the path of a PEM file. Every certificate is parsed. */
export function readCertificates(reader: Reader): string[] {
  const given = reader.text('ca-certificates');
  if (!given) return [];
  // PEM text with a damaged first line is not a path: the error would quote it, and it may be a private key.
  const inline = /[\r\n]|-----(?:BEGIN|END)/.test(given);
  const shown = inline ? 'PEM text' : given;
  try {
    const pem = inline ? given : readFileSync(given, 'utf8');
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (blocks.length === 0) throw new Error('it contains no certificate');
    if (blocks.length < pem.split('-----BEGIN CERTIFICATE-----').length - 1)
      throw new Error('a certificate in it is incomplete');
    return blocks.map((block) => new X509Certificate(block).toString());
  } catch (error) {
    reader.refuse(
      'ca-certificates',
      shown,
      `certificates in PEM (-----BEGIN CERTIFICATE-----) or the path of such a file: ${excerpt(messageOf(error))}`,
    );
    return [];
  }
}
