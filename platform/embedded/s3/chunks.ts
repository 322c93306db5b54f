import { createHash } from 'node:crypto';
import { S3Error } from './errors.ts';
import { chunkSignature, trailerSignature } from './signature.ts';
import type { ChunkSeed } from './signature.ts';

/** Verifies signed chunks. Each signature covers the previous one. */
interface Chain {
  readonly seed: ChunkSeed;
  previous: string;
}

/** A buffered view of a stream of bytes. */
interface Reader {
  /** The next line, without its CRLF. */
  line(): Promise<string>;
  /** The next `count` bytes, in the pieces that arrive. */
  bytes(count: number): AsyncGenerator<Buffer>;
}

/**
 * Decodes a body in `aws-chunked` encoding.
 *
 * @param source the encoded body
 * @param seed start of the chain of signatures; `undefined` for an unsigned stream
 * @param onTrailer called after the last byte for each trailing header, with its name in lower case
 * @returns the content, in pieces
 * @throws {S3Error} IncompleteBody for broken framing, SignatureDoesNotMatch for a wrong chunk
 */
export async function* decodeChunks(
  source: AsyncIterable<Buffer>,
  seed: ChunkSeed | undefined,
  onTrailer: (name: string, value: string) => void,
): AsyncGenerator<Buffer> {
  const reader = readerOf(source);
  const chain = seed === undefined ? undefined : { seed, previous: seed.signature };
  for (;;) {
    const [sizeText, signature] = (await reader.line()).split(';chunk-signature=');
    const size = Number.parseInt(sizeText ?? '', 16);
    if (!Number.isSafeInteger(size) || size < 0) throw new S3Error('IncompleteBody');
    const hash = chain === undefined ? undefined : createHash('sha256');
    for await (const piece of reader.bytes(size)) {
      hash?.update(piece);
      yield piece;
    }
    if (chain !== undefined && hash !== undefined) verifyChunk(chain, signature, hash.digest('hex'));
    if (size === 0) break;
    if ((await reader.line()) !== '') throw new S3Error('IncompleteBody');
  }
  await readTrailers(reader, chain, onTrailer);
}

function verifyChunk(chain: Chain, claimed: string | undefined, digest: string): void {
  const signature = chunkSignature(chain.seed, chain.previous, digest);
  if (signature !== claimed) throw new S3Error('SignatureDoesNotMatch');
  chain.previous = signature;
}

async function readTrailers(
  reader: Reader,
  chain: Chain | undefined,
  onTrailer: (name: string, value: string) => void,
): Promise<void> {
  let signed = '';
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name !== 'x-amz-trailer-signature') {
      signed += `${name}:${value}\n`;
      onTrailer(name, value);
    } else if (chain !== undefined) {
      const digest = createHash('sha256').update(signed).digest('hex');
      if (trailerSignature(chain.seed, chain.previous, digest) !== value) {
        throw new S3Error('SignatureDoesNotMatch');
      }
    }
  }
}

function readerOf(source: AsyncIterable<Buffer>): Reader {
  const iterator = source[Symbol.asyncIterator]();
  let buffer: Buffer = Buffer.alloc(0);
  async function more(): Promise<Buffer> {
    const next = await iterator.next();
    if (next.done === true) throw new S3Error('IncompleteBody');
    return next.value;
  }
  return {
    async line() {
      let end = buffer.indexOf('\r\n');
      while (end === -1) {
        if (buffer.length > 16_384) throw new S3Error('IncompleteBody');
        buffer = Buffer.concat([buffer, await more()]);
        end = buffer.indexOf('\r\n');
      }
      const line = buffer.toString('latin1', 0, end);
      buffer = buffer.subarray(end + 2);
      return line;
    },
    async *bytes(count) {
      let left = count;
      while (left > 0) {
        if (buffer.length === 0) buffer = await more();
        const piece = buffer.subarray(0, left);
        buffer = buffer.subarray(piece.length);
        left -= piece.length;
        yield piece;
      }
    },
  };
}
