import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ChecksumAlgorithm, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { bucket, clientOf, openSession, errorOfRequest } from './platformClient.ts';

let platform: Platform;
let client: S3Client;
beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  client = clientOf(platform, await openSession(platform));
});
afterAll(() => platform.stop());
beforeEach(() => platform.store.clear(bucket));

const MiB = 1024 * 1024;
const object = { Bucket: bucket, Key: 'ci/large' };
const content = randomBytes(11 * MiB);

function etagOf(...parts: Buffer[]): string {
  const sums = parts.map((part) => createHash('md5').update(part).digest());
  return `"${createHash('md5').update(Buffer.concat(sums)).digest('hex')}-${parts.length}"`;
}

async function begin(): Promise<string> {
  const { UploadId = '' } = await client.send(new CreateMultipartUploadCommand(object));
  return UploadId;
}

async function putPart(
  UploadId: string,
  PartNumber: number,
  Body: Buffer,
): Promise<{ PartNumber: number; ETag: string; ChecksumCRC32: string }> {
  const command = new UploadPartCommand({ ...object, UploadId, PartNumber, Body });
  const { ETag = '', ChecksumCRC32 = '' } = await client.send(command);
  return { PartNumber, ETag, ChecksumCRC32 };
}

test.each<ChecksumAlgorithm | undefined>([undefined, 'CRC32C', 'CRC64NVME', 'SHA256'])(
  'lib-storage uploads a stream in parts (checksum: %s)',
  async (algorithm) => {
    const body = Readable.from([content.subarray(0, 3 * MiB), content.subarray(3 * MiB)]);
    const params = {
      ...object,
      Body: body,
      ContentType: 'x/y',
      ...(algorithm && { ChecksumAlgorithm: algorithm }),
    };
    const answer = await new Upload({ client, params }).done();
    const parts = [0, 5, 10].map((start) => content.subarray(start * MiB, (start + 5) * MiB));
    expect(answer.ETag).toBe(etagOf(...parts));
    const stored = await platform.store.get(bucket, object.Key);
    expect(stored.body.equals(content)).toBe(true);
    expect(stored.contentType).toBe('x/y');
    expect(await platform.store.pendingUploads(bucket)).toEqual([]);
    const range = await client.send(
      new GetObjectCommand({ ...object, Range: `bytes=${5 * MiB - 2}-${5 * MiB + 1}` }),
    );
    const bytes = await range.Body?.transformToByteArray();
    expect(bytes).toEqual(new Uint8Array(content.subarray(5 * MiB - 2, 5 * MiB + 2)));
  },
);

test('a composite checksum covers the parts’ checksums, a full-object checksum covers the bytes', async () => {
  const [one, two] = [content.subarray(0, 5 * MiB), content.subarray(5 * MiB, 6 * MiB)];
  const upload = async (type: 'COMPOSITE' | 'FULL_OBJECT'): Promise<string | undefined> => {
    const options = { ChecksumAlgorithm: 'CRC32', ChecksumType: type } as const;
    const begun = await client.send(new CreateMultipartUploadCommand({ ...object, ...options }));
    const UploadId = begun.UploadId ?? '';
    const Parts = [await putPart(UploadId, 1, one), await putPart(UploadId, 2, two)];
    const ends = { ...object, UploadId, MultipartUpload: { Parts }, ChecksumType: type };
    await client.send(new CompleteMultipartUploadCommand(ends));
    const head = await client.send(new HeadObjectCommand({ ...object, ChecksumMode: 'ENABLED' }));
    return head.ChecksumCRC32;
  };
  const base64 = (bytes: Buffer): string => {
    const result = Buffer.alloc(4);
    result.writeUInt32BE(crc32(bytes));
    return result.toString('base64');
  };
  expect(await upload('FULL_OBJECT')).toBe(base64(Buffer.concat([one, two])));
  const sums = Buffer.concat([one, two].map((part) => Buffer.from(base64(part), 'base64')));
  expect(await upload('COMPOSITE')).toBe(`${base64(sums)}-2`);
});

describe('completing', () => {
  test('is rejected for a small part that is not the last, a wrong part, and parts in the wrong order', async () => {
    const UploadId = await begin();
    const [one, two] = [Buffer.from('small'), Buffer.from('end')];
    const last = await putPart(UploadId, 2, two);
    const Parts = [await putPart(UploadId, 1, one), last];
    const complete = (parts: object[], more: object = {}): Promise<unknown> =>
      client.send(
        new CompleteMultipartUploadCommand({
          ...object,
          UploadId,
          MultipartUpload: { Parts: parts },
          ...more,
        }),
      );
    expect(await errorOfRequest(complete(Parts))).toBe('400 EntityTooSmall');
    expect(await errorOfRequest(complete([{ ...Parts[0], ETag: last.ETag }]))).toBe('400 InvalidPart');
    expect(await errorOfRequest(complete([{ ...Parts[0], PartNumber: 7 }]))).toBe('400 InvalidPart');
    expect(await errorOfRequest(complete(Parts.toReversed()))).toBe('400 InvalidPartOrder');
    expect(await platform.store.list(bucket, '')).toEqual([]);
    expect(await errorOfRequest(complete([last], { IfNoneMatch: '*' }))).toBe('fulfilled');
    expect((await platform.store.get(bucket, object.Key)).body).toEqual(two);
  });

  test('happens once: a second request finds no upload', async () => {
    const UploadId = await begin();
    const Parts = [await putPart(UploadId, 1, Buffer.from('x'))];
    const command = new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts } });
    await client.send(command);
    expect(await errorOfRequest(client.send(command))).toBe('404 NoSuchUpload');
    expect(await errorOfRequest(putPart(UploadId, 2, Buffer.from('x')))).toBe('404 NoSuchUpload');
  });

  test('can require that no object exists', async () => {
    for (const expected of ['fulfilled', '412 PreconditionFailed']) {
      const UploadId = await begin();
      const Parts = [await putPart(UploadId, 1, Buffer.from(expected))];
      const ends = { ...object, UploadId, MultipartUpload: { Parts }, IfNoneMatch: '*' };
      expect(await errorOfRequest(client.send(new CompleteMultipartUploadCommand(ends)))).toBe(expected);
    }
    expect((await platform.store.get(bucket, object.Key)).body.toString()).toBe('fulfilled');
  });
});

test('a session can neither abort nor list uploads, and the administrator sees pending ones', async () => {
  const UploadId = await begin();
  const upload = { ...object, UploadId };
  expect(await errorOfRequest(client.send(new AbortMultipartUploadCommand(upload)))).toBe('403 AccessDenied');
  expect(await errorOfRequest(client.send(new ListPartsCommand(upload)))).toBe('403 AccessDenied');
  const list = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: 'ci/' });
  expect(await errorOfRequest(client.send(list))).toBe('403 AccessDenied');
  expect(await platform.store.pendingUploads(bucket)).toEqual([{ key: object.Key, uploadId: UploadId }]);
});
