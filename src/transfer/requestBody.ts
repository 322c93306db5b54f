import { createHash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import { type ByteRange, slicesOf } from './partSize.ts';
import { type FileReader, changedError } from './fileReader.ts';
import type { SlicedBody } from '../storage/wire.ts';

/** Content that is not in memory as a whole, e.g. a long range of a file: it is read once for its digests, and again each time it is sent. */
export interface StreamedBody extends SlicedBody {
  readonly md5: Buffer;
  readonly crc32: number;
}

/** The body of a request that uploads an object or a part. */
export type RequestBody = Buffer | StreamedBody;

/** Reads a range of an open file. If the range is longer than the buffer, the body reads through the buffer slice by slice. */
export async function readRequestBody(
  reader: FileReader,
  range: ByteRange,
  buffer: Buffer,
): Promise<RequestBody> {
  if (buffer.length < range.length) return readLong(reader, range, buffer);
  await reader.read(buffer, range.offset);
  return buffer;
}

/** Longer bodies are sent in pieces. A short body in pieces would need many small writes. */
const longestJoined = 1024 ** 2;

/**
 * The body of a request from pieces.
 * @param pieces of a long body are read once for its digests, and again each time it is sent
 */
export function bodyOf(pieces: Iterable<Buffer>): RequestBody {
  const md5 = createHash('md5');
  const joined: Buffer[] = [];
  let [length, sum] = [0, 0];
  for (const piece of pieces) {
    length += piece.length;
    md5.update(piece);
    sum = crc32(piece, sum);
    if (length <= longestJoined) joined.push(piece);
    else joined.length = 0;
  }
  if (length <= longestJoined) return Buffer.concat(joined, length);
  const slices = async function* () {
    await Promise.resolve();
    yield* pieces;
  };
  return { length, md5: md5.digest(), crc32: sum, slices };
}

async function readLong(reader: FileReader, range: ByteRange, buffer: Buffer): Promise<StreamedBody> {
  const md5 = createHash('md5');
  let sum = 0;
  for await (const slice of slices(reader, range, buffer)) {
    md5.update(slice);
    sum = crc32(slice, sum);
  }
  return {
    length: range.length,
    md5: md5.digest(),
    crc32: sum,
    slices: () => slices(reader, range, buffer, sum),
  };
}

/**
 * Yields slices from alternating halves of the buffer, because one slice may still be in use by the network when the next one is read.
 * @param expected CRC-32 of the whole range; if the file has changed, it throws before the last slice
 */
async function* slices(
  reader: FileReader,
  range: ByteRange,
  buffer: Buffer,
  expected?: number,
): AsyncGenerator<Buffer> {
  const half = Math.ceil(buffer.length / 2);
  const pieces = slicesOf(range, half);
  let sum = 0;
  for (const [index, { offset, length }] of pieces.entries()) {
    const start = index % 2 === 0 ? 0 : buffer.length - half;
    const slice = buffer.subarray(start, start + length);
    await reader.read(slice, offset);
    if (expected !== undefined) sum = crc32(slice, sum);
    if (index === pieces.length - 1 && sum !== (expected ?? sum)) throw changedError(reader.file);
    yield slice;
  }
}

export function md5Of(content: RequestBody): Buffer {
  return Buffer.isBuffer(content) ? hash('md5', content, 'buffer') : content.md5;
}

/** CRC-32 in big-endian Base64, as in the header `x-amz-checksum-crc32`. */
export function crc32Of(content: RequestBody): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Buffer.isBuffer(content) ? crc32(content) : content.crc32);
  return bytes.toString('base64');
}
