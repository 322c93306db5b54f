import { createHash, createHmac } from 'node:crypto';
import { region } from '../catalogue.ts';
import type { RootCredentials } from './minio.ts';

/**
 * Presigns the download of one object (AWS Signature Version 4), with credentials that do not expire.
 *
 * @param storageUrl public URL, without a trailing slash
 * @param seconds lifetime of the link, a week at most
 */
export function signDownload(
  storageUrl: string,
  credentials: RootCredentials,
  object: { readonly bucket: string; readonly key: string },
  seconds: number,
): string {
  const path = `/${[object.bucket, ...object.key.split('/')].map(escape).join('/')}`;
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = [time.slice(0, 8), region, 's3', 'aws4_request'];
  // Sorted by name, as the signature requires.
  const query = Object.entries({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': [credentials.accessKey, ...scope].join('/'),
    'X-Amz-Date': time,
    'X-Amz-Expires': String(seconds),
    'X-Amz-SignedHeaders': 'host',
  })
    .map(([name, value]) => `${name}=${escape(value)}`)
    .join('&');
  const host = `host:${new URL(storageUrl).host}`;
  const request = ['GET', path, query, host, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const digest = createHash('sha256').update(request).digest('hex');
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${credentials.secretKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope.join('/'), digest].join('\n')).toString('hex');
  return `${storageUrl}${path}?${query}&X-Amz-Signature=${signature}`;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Percent-encodes everything except letters, digits and `-._~`. */
function escape(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
