import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** Immutable bytes on disk. */
export interface Body {
  readonly path: string;
  /** Offset in the file. */
  readonly offset: number;
  readonly size: number;
}

/** A range of a body. `from` is the first byte, `to` the last. */
export interface Slice {
  readonly body: Body;
  readonly from: number;
  readonly to: number;
}

// Size of the writes of a large body. Each write needs another thread.
const piece = 1024 * 1024;
// Creating a file takes twenty times as long as writing so few bytes.
const packed = 64 * 1024;

/**
 * The bodies of all objects, in one folder. Each large body has its own file. Small ones share a file, whose space is freed when the folder is
 * deleted.
 */
export class Bodies {
  readonly #folder: string;
  #pack: Promise<FileHandle> | undefined;
  #packSize = 0;

  /** @param folder an existing folder that nothing else uses */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Streams bytes to disk.
   *
   * @returns the body and its MD5 in hex. If `source` fails, nothing stays on disk
   */
  async write(source: AsyncIterable<Buffer>): Promise<{ body: Body; md5: string }> {
    const md5 = createHash('md5');
    const path = this.#newPath();
    let file: FileHandle | undefined;
    let [waiting, waitingSize, size]: [Buffer[], number, number] = [[], 0, 0];
    try {
      for await (const bytes of source) {
        md5.update(bytes);
        waiting.push(bytes);
        waitingSize += bytes.length;
        size += bytes.length;
        if (waitingSize < piece) continue;
        file ??= await open(path, 'w');
        await file.writev(waiting);
        [waiting, waitingSize] = [[], 0];
      }
      const digest = (): string => md5.digest('hex');
      if (size <= packed) return { body: await this.#append(Buffer.concat(waiting)), md5: digest() };
      file ??= await open(path, 'w');
      if (waiting.length > 0) await file.writev(waiting);
      return { body: { path, offset: 0, size }, md5: digest() };
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file?.close();
    }
  }

  /** Copies bodies, in the same order. */
  copy(bodies: readonly Body[]): Promise<Body[]> {
    return Promise.all(
      bodies.map(async (body) => {
        // Bodies in the shared file are never deleted, so two objects can refer to one.
        if (body.path === this.#packPath) return body;
        const path = this.#newPath();
        await copyFile(body.path, path);
        return { ...body, path };
      }),
    );
  }

  /** Deletes unused bodies. Reads that have begun can finish. */
  async remove(bodies: readonly Body[]): Promise<void> {
    const own = bodies.filter((body) => body.path !== this.#packPath);
    await Promise.all(own.map((body) => rm(body.path, { force: true })));
  }

  async close(): Promise<void> {
    await (await this.#pack)?.close();
  }

  get #packPath(): string {
    return join(this.#folder, 'small');
  }

  #newPath(): string {
    return join(this.#folder, randomUUID());
  }

  async #append(bytes: Buffer): Promise<Body> {
    const offset = this.#packSize;
    this.#packSize += bytes.length;
    this.#pack ??= open(this.#packPath, 'w');
    if (bytes.length > 0) await (await this.#pack).write(bytes, 0, bytes.length, offset);
    return { path: this.#packPath, offset, size: bytes.length };
  }
}

/** The slices of consecutive bodies for the bytes `from` to `to`, both inclusive. */
export function slicesOf(bodies: readonly Body[], from: number, to: number): Slice[] {
  const slices: Slice[] = [];
  let start = 0;
  for (const body of bodies) {
    const first = Math.max(from - start, 0);
    const last = Math.min(to - start, body.size - 1);
    if (first <= last) slices.push({ body, from: first, to: last });
    start += body.size;
  }
  return slices;
}

/** Reads slices in order. */
export async function* readSlices(slices: readonly Slice[]): AsyncGenerator<Buffer> {
  for (const { body, from, to } of slices) {
    const [start, end] = [body.offset + from, body.offset + to];
    yield* createReadStream(body.path, { start, end, highWaterMark: piece }) as AsyncIterable<Buffer>;
  }
}

/** Reads consecutive bodies. */
export function readBodies(bodies: readonly Body[]): AsyncGenerator<Buffer> {
  return readSlices(bodies.flatMap((body) => slicesOf([body], 0, body.size - 1)));
}
