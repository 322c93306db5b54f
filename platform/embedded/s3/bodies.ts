import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, open, rm, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes on disk that never change. */
export interface Body {
  readonly path: string;
  readonly size: number;
}

/** Part of a body: `from` is the first byte, `to` the last. */
export interface Slice {
  readonly body: Body;
  readonly from: number;
  readonly to: number;
}

// A small body is written in one go; a large one in pieces of this size, since each write is a trip to another thread.
const piece = 1024 * 1024;

/**
 * Streams bytes into a new file.
 *
 * @param folder where the file is made, under a name of its own
 * @returns the body and the MD5 of its bytes in hex; nothing is left behind when `source` fails
 */
export async function writeBody(
  folder: string,
  source: AsyncIterable<Buffer>,
): Promise<{ body: Body; md5: string }> {
  const path = join(folder, randomUUID());
  const md5 = createHash('md5');
  let file: FileHandle | undefined;
  let waiting: Buffer[] = [];
  let waitingSize = 0;
  let size = 0;
  try {
    for await (const bytes of source) {
      md5.update(bytes);
      waiting.push(bytes);
      waitingSize += bytes.length;
      size += bytes.length;
      if (waitingSize >= piece) {
        file ??= await open(path, 'w');
        await file.writev(waiting);
        waiting = [];
        waitingSize = 0;
      }
    }
    if (file === undefined) await writeFile(path, Buffer.concat(waiting));
    else if (waiting.length > 0) await file.writev(waiting);
  } catch (error) {
    await file?.close();
    file = undefined;
    await rm(path, { force: true });
    throw error;
  } finally {
    await file?.close();
  }
  return { body: { path, size }, md5: md5.digest('hex') };
}

/** The slices of consecutive bodies that make up the bytes `from` to `to`, both included. */
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

/** The bytes of slices one after the other. */
export async function* readSlices(slices: readonly Slice[]): AsyncGenerator<Buffer> {
  for (const { body, from, to } of slices) {
    yield* createReadStream(body.path, {
      start: from,
      end: to,
      highWaterMark: piece,
    }) as AsyncIterable<Buffer>;
  }
}

/** All bytes of consecutive bodies. */
export function readBodies(bodies: readonly Body[]): AsyncGenerator<Buffer> {
  return readSlices(bodies.flatMap((body) => slicesOf([body], 0, body.size - 1)));
}

/** Removes files that nothing refers to any more; one that is being read stays readable to its end. */
export async function removeBodies(bodies: readonly Body[]): Promise<void> {
  await Promise.all(bodies.map((body) => rm(body.path, { force: true })));
}

/** Copies of bodies, in the same order. */
export function copyBodies(folder: string, bodies: readonly Body[]): Promise<Body[]> {
  return Promise.all(
    bodies.map(async (body) => {
      const path = join(folder, randomUUID());
      await copyFile(body.path, path);
      return { path, size: body.size };
    }),
  );
}
