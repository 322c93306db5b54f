import { createHash, randomBytes } from 'node:crypto';
import { utimesSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';

import { expect, test } from '@jest/globals';

import {
  type StreamedBody,
  bodyOf,
  crc32Of,
  md5Of,
  readRequestBody,
} from '../../../src/transfer/requestBody.ts';
import { withFile } from '../../../src/transfer/fileReader.ts';
import { rejectionOf } from '../failure.ts';
import { temporaryFolder } from '../folders.ts';
import { fileIn } from './file.ts';

const KiB = 1024;

async function allOf(content: StreamedBody): Promise<Buffer> {
  const slices: Buffer[] = [];
  for await (const slice of content.slices()) slices.push(Buffer.from(slice));
  return Buffer.concat(slices);
}

test.each([1, 63, 64, 65, 128, 1_000])('%d KiB: digests and slices match the file', async (kib) => {
  using folder = temporaryFolder();
  const bytes = randomBytes(10 + kib * KiB);
  await withFile(fileIn(folder, 'a', bytes), async (reader) => {
    const range = { offset: 10, length: kib * KiB };
    for (const buffer of [Buffer.alloc(64 * KiB), Buffer.alloc(range.length)]) {
      if (buffer.length > range.length) continue;
      const content = await readRequestBody(reader, range, buffer);
      expect(md5Of(content)).toEqual(createHash('md5').update(bytes.subarray(10)).digest());
      expect(Buffer.from(crc32Of(content), 'base64').readUInt32BE()).toBe(crc32(bytes.subarray(10)));
      const sent = Buffer.isBuffer(content) ? content : await allOf(content);
      expect(sent.equals(bytes.subarray(10))).toBe(true);
      if (!Buffer.isBuffer(content)) expect((await allOf(content)).equals(sent)).toBe(true);
    }
  });
});

test('a file that changed before it is sent is never sent completely, even with the same size and time', async () => {
  using folder = temporaryFolder();
  const bytes = randomBytes(200 * KiB);
  const file = fileIn(folder, 'a', bytes);
  utimesSync(file.path, 1, 1);
  await withFile({ ...file, mtimeMs: 1_000 }, async (reader) => {
    const content = await readRequestBody(
      reader,
      { offset: 0, length: bytes.length },
      Buffer.alloc(64 * KiB),
    );
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    writeFileSync(file.path, bytes);
    utimesSync(file.path, 1, 1);
    let sent = 0;
    const sending = async () => {
      if (!Buffer.isBuffer(content)) for await (const slice of content.slices()) sent += slice.length;
    };
    expect((await rejectionOf(sending())).message).toBe(`${file.path} changed while it was uploaded`);
    expect(sent).toBeLessThan(bytes.length);
  });
});

test.each([
  ['a short body is joined', [10, 0, 20], true],
  ['a long body stays in pieces', [700 * KiB, 1, 700 * KiB], false],
])('%s, with the digests of its content', async (_, lengths, isJoined) => {
  const pieces = lengths.map((length) => randomBytes(length));
  const whole = Buffer.concat(pieces);
  const body = bodyOf(pieces);
  expect(Buffer.isBuffer(body)).toBe(isJoined);
  expect(body.length).toBe(whole.length);
  expect(md5Of(body)).toEqual(createHash('md5').update(whole).digest());
  expect(Buffer.from(crc32Of(body), 'base64').readUInt32BE()).toBe(crc32(whole));
  // A retry reads it again.
  for (let attempt = 0; attempt < 2; attempt += 1)
    expect((Buffer.isBuffer(body) ? body : await allOf(body)).equals(whole)).toBe(true);
});
