/**
 * The naive action, as a baseline. It uploads one file after the other with the SDK's `Upload`, and then signs a link to each.
 * Usage: `node plain.ts <folder or file> <bucket> <prefix>`, with credentials, region and endpoint in the environment.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import { create } from '@actions/glob';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';

const [path = '', bucket = '', prefix = ''] = process.argv.slice(2);
const client = new S3Client({ forcePathStyle: true });
const single = (await stat(path)).isFile();
const globber = await create(path, { matchDirectories: false });

const keys: string[] = [];
for (const file of await globber.glob()) {
  const key = `${prefix}${single ? basename(file) : relative(path, file)}`;
  await new Upload({ client, params: { Bucket: bucket, Key: key, Body: createReadStream(file) } }).done();
  keys.push(key);
}

const endpoint = new URL(process.env['AWS_ENDPOINT_URL'] ?? '');
const signer = new SignatureV4({
  service: 's3',
  region: client.config.region,
  credentials: client.config.credentials,
  sha256: client.config.sha256,
  uriEscapePath: false,
});
for (const key of keys) {
  const { hostname, port, host } = endpoint;
  const request = {
    method: 'GET',
    hostname,
    port: Number(port),
    path: `/${bucket}/${key}`,
    headers: { host },
  };
  await signer.presign(new HttpRequest(request), { expiresIn: 900 });
}
console.log(`${keys.length} files`);
