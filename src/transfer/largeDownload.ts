import { type FileAttributes, readAttributes } from '../files/attributes.ts';
import { compositeCrc32, multipartEtag } from '../storage/etag.ts';
import type { ObjectReader, ObjectResponse } from '../storage/objectReader.ts';
import type { Get } from '../sync/downloads.ts';
import { contentMismatch, hasDigest, hasPartsEtag } from './contentCheck.ts';
import { type ExpectedDigest, expectedDigest, hasOwnParts, partSizesFor } from './objectDigest.ts';
import { type ByteRange, type Part, partsOf, slicesOf } from './partSize.ts';
import type { RangePool } from './rangePool.ts';
import { rangeSink } from './rangeSink.ts';
import { type ResumableFile, openResumableFile } from './resumableFile.ts';
import type { BodySink } from '../storage/wire.ts';

export interface LargeDownloadOptions {
  /** Absolute path of the file. */
  readonly file: string;
  /** Bytes; undefined: it depends on the size of the file. */
  readonly partSize: number | undefined;
  readonly reader: ObjectReader;
  readonly pool: RangePool;
  readonly verify: boolean;
  readonly signal: AbortSignal;
  /** ETags of the existing file: the object is not downloaded if it has one of them. */
  readonly known: readonly string[];
  /** Throws if the response is not the expected object. */
  readonly accept: (response: ObjectResponse) => void;
  /** Calls `use` with a buffer of the pool, which may be shorter than requested. */
  readonly withBuffer: (length: number, use: (buffer: Buffer) => Promise<void>) => Promise<void>;
}

/** How a part ended, or the whole file with its last part. */
export interface PartResult {
  /** `received` by this run, or `kept` from an earlier one. */
  readonly part: 'received' | 'kept' | 'unchanged';
  /** Set for the last part: how the content was verified. */
  readonly whole?: 'verified' | 'size-only';
}

interface Opened {
  readonly etag: string;
  readonly file: ResumableFile;
}

/** The download of a large file, part by part. The first part opens the part file; its response also says the ETag where a listing does not. */
export class LargeDownload {
  readonly parts: readonly Part[];
  readonly #get: Get;
  readonly #options: LargeDownloadOptions;
  readonly #opened = Promise.withResolvers<Opened | 'unchanged'>();
  readonly #digests = new Map<number, string>();
  #file: ResumableFile | undefined;
  #attributes: FileAttributes = {};
  #headers: ObjectResponse['headers'] = {};
  /** The CRC-32 that the storage has for the parts; undefined if their MD5 is compared. */
  #crc32: string | undefined;
  #ended = false;

  constructor(get: Get, options: LargeDownloadOptions) {
    this.#get = get;
    this.#options = options;
    this.parts = partsOf(get.size, options.partSize);
    // The first part reports the error, and the others wait for it.
    this.#opened.promise.catch(() => undefined);
  }

  /**
   * Receives one part. The parts must start in order.
   * @throws ActionError or an error of the reader
   */
  async receive(part: Part): Promise<PartResult> {
    const first = part.number === 1 ? await this.#begin(part) : undefined;
    const opened = await this.#opened.promise;
    if (opened === 'unchanged') return { part: 'unchanged' };
    const isKept = opened.file.kept.has(part.number) && !this.#isLast(part);
    if (isKept) this.#digests.set(part.number, opened.file.kept.get(part.number) ?? '');
    else {
      const digest = first ? undefined : await this.#fetch(part, opened);
      this.#digests.set(part.number, await opened.file.complete(part, digest));
    }
    const result = isKept ? 'kept' : 'received';
    if (this.#digests.size < this.parts.length) return { part: result };
    return { part: result, whole: await this.#finish(opened) };
  }

  /** Closes the file after a failure. @returns whether the next run can continue it */
  suspend(): boolean {
    if (this.#ended || !this.#file) return false;
    this.#ended = true;
    if (this.#file.isResumable()) {
      this.#file.close();
      return true;
    }
    this.#file.discard();
    return false;
  }

  /** Removes what was received. */
  discard(): void {
    this.#ended = true;
    this.#file?.discard();
  }

  /** The last part is always received, because its response has the attributes, and says that the object is still the same. */
  #isLast({ number }: Part): boolean {
    return number === this.parts.length;
  }

  /** @returns whether the part is received */
  async #begin(part: Part): Promise<boolean> {
    try {
      const { etag } = this.#get;
      if (etag !== undefined) {
        this.#opened.resolve(await this.#open(etag, {}));
        return false;
      }
      await this.#options.withBuffer(part.length, async (buffer) => {
        // The first slice says which version of the object the part file is for.
        const [slice = part, ...rest] = slicesOf(part, buffer.length);
        const response = await this.#read(slice, undefined, buffer.subarray(0, slice.length));
        if (!response.modified) {
          this.#ended = true;
          this.#opened.resolve('unchanged');
          return;
        }
        const opened = await this.#open(response.etag, response.headers);
        await opened.file.write(buffer.subarray(0, slice.length), slice.offset);
        for (const one of rest) await this.#fetch(one, opened);
        this.#opened.resolve(opened);
      });
      return true;
    } catch (error) {
      this.#opened.reject(error);
      throw error;
    }
  }

  async #open(etag: string, headers: ObjectResponse['headers']): Promise<Opened> {
    const { file, pool, verify } = this.#options;
    const { size } = this.#get;
    const expected = expectedDigest(this.#get, etag, headers);
    const hasParts = hasOwnParts(this.parts.length, expected);
    this.#crc32 = hasParts ? await this.#storedCrc32(etag) : undefined;
    const algorithm = verify && hasParts && this.#crc32 === undefined ? 'md5' : 'crc32';
    const opened = await openResumableFile(file, { size, etag, parts: this.parts, algorithm, pool });
    this.#file = opened;
    return { etag, file: opened };
  }

  /** Comparing CRC-32 takes a sixth of the time of MD5. Uploads send it with each part. */
  async #storedCrc32(etag: string): Promise<string | undefined> {
    const { reader, signal, verify } = this.#options;
    const stored = verify ? await reader.compositeCrc32?.(this.#get.source, etag, signal) : undefined;
    return stored?.endsWith(`-${this.parts.length}`) ? stored : undefined;
  }

  /**
   * Writes the pieces as they arrive: they are still in the cache of the processor, and need no other memory.
   * @returns the digest of the range, if a thread received it
   */
  async #fetch({ offset, length }: ByteRange, { etag, file }: Opened): Promise<string | undefined> {
    const { reader, pool } = this.#options;
    let digest: string | undefined;
    const write = (piece: Buffer, at: number) => file.writePiece(piece, offset + at);
    const onDigest = (found: string) => {
      digest = found;
    };
    const sink = reader.connection
      ? rangeSink({
          range: { path: file.path, offset, length, algorithm: file.algorithm },
          file: this.#options.file,
          connection: reader.connection,
          pool,
          write,
          onDigest,
        })
      : { length, write };
    await this.#read({ offset, length }, etag, sink);
    return digest;
  }

  async #read(range: ByteRange, ifMatch: string | undefined, buffer: BodySink): Promise<ObjectResponse> {
    const { reader, signal, accept, known } = this.#options;
    const response = await reader.read({
      source: this.#get.source,
      range,
      ifMatch,
      ifNoneMatch: ifMatch === undefined ? known : [],
      buffer,
      signal,
    });
    if (!response.modified) return response;
    accept(response);
    this.#attributes = readAttributes(response.headers);
    this.#headers = response.headers;
    return response;
  }

  async #finish({ etag, file }: Opened): Promise<'verified' | 'size-only'> {
    const { verify } = this.#options;
    const expected = verify ? expectedDigest(this.#get, etag, this.#headers) : undefined;
    const isRight = expected && (await this.#check(file.path, expected));
    this.#options.signal.throwIfAborted();
    if (isRight === false) {
      this.discard();
      throw contentMismatch(this.#get, this.#get.name);
    }
    file.finish(this.#attributes);
    this.#ended = true;
    return isRight ? 'verified' : 'size-only';
  }

  /** @returns undefined if the ETag depends on a part size that cannot be known */
  async #check(path: string, expected: ExpectedDigest): Promise<boolean | undefined> {
    const { size, source } = this.#get;
    const { pool, reader, signal } = this.#options;
    if (expected.kind !== 'parts') return hasDigest({ path, size }, expected, pool);
    const { etag, count } = expected;
    const own = this.parts.map(({ number }) => this.#digests.get(number) ?? '');
    if (this.#crc32 !== undefined) {
      // The checksum of other parts would be another one, so a wrong one is compared by MD5, too.
      if (compositeCrc32(own) === this.#crc32) return true;
    } else if (hasOwnParts(this.parts.length, expected) && multipartEtag(own) === etag) return true;
    const stated = await reader.partSize?.(source, etag, signal);
    const sizes = stated === undefined ? partSizesFor(size, count) : [stated];
    return sizes.length > 0 ? hasPartsEtag({ path, size }, etag, sizes, pool) : undefined;
  }
}
