import { formatBytes } from '../../../src/text/format.ts';

/** Where the bytes of a zip go. */
export interface Sink {
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  /** Ends the file and returns it. */
  readonly finish: () => Promise<Blob>;
  /** Deletes the file. */
  readonly discard: () => Promise<void>;
}

/** Without a file system, the zip is in memory in some browsers. */
const memoryLimit = 1024 ** 3;

/** Bytes of one write. Each write is a message to another process. */
const block = 4 * 1024 ** 2;

/** Milliseconds after which the browser has copied the zip to the downloads. */
const copyTime = 600_000;

const prefix = 'upload-to-workspace-zip-';

/**
 * Opens a file for a zip in the browser's file system for this page (OPFS), so that the zip is never in memory. Without such a file system, as in
 * private windows of Firefox and without HTTPS, it is a Blob.
 * @param size bytes that the zip will have
 * @throws Error that says why the zip is too large
 */
export async function openSink(size: number): Promise<Sink> {
  const folder = await privateFolder();
  const file = folder && (await openFile(folder, size));
  if (file) return inBlocks(file);
  if (size > memoryLimit)
    throw new Error(
      `This browser makes zips of at most ${formatBytes(memoryLimit)} here, because it has no file system for this page.`,
    );
  return inBlocks(inMemory());
}

/** Deletes the zips of earlier visits. Other tabs still hold a lock on theirs. */
export async function removeOldZips(now: number): Promise<void> {
  const folder = await privateFolder();
  if (!folder) return;
  const held = new Set((await navigator.locks.query()).held?.map(({ name }) => name));
  for await (const name of folder.keys()) {
    if (!name.startsWith(prefix) || held.has(name.replace(/\.crswap$/, ''))) continue;
    // Chromium appends `.crswap` to the name of a file that was not finished.
    if (now - parseInt(name.slice(prefix.length), 10) > copyTime)
      await folder.removeEntry(name).catch(() => undefined);
  }
}

async function privateFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    if (!('createWritable' in FileSystemFileHandle.prototype)) return undefined;
    return await navigator.storage.getDirectory();
  } catch {
    return undefined;
  }
}

async function openFile(folder: FileSystemDirectoryHandle, size: number): Promise<Sink | undefined> {
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  if (quota - usage < size)
    throw new Error(
      `This browser gives this page ${formatBytes(Math.max(0, quota - usage))} of disk space, and the zip needs ${formatBytes(size)}.`,
    );
  const name = `${prefix}${Date.now()}`;
  const release = await hold(name);
  const remove = async (): Promise<void> => {
    await folder.removeEntry(name).catch(() => undefined);
    release();
  };
  try {
    const handle = await folder.getFileHandle(name, { create: true });
    const writable = await handle.createWritable();
    return {
      write: (bytes) => writable.write(bytes),
      finish: async () => {
        await writable.close();
        setTimeout(() => void remove(), copyTime);
        return handle.getFile();
      },
      discard: async () => {
        await writable.abort().catch(() => undefined);
        await remove();
      },
    };
  } catch {
    await remove();
    return undefined;
  }
}

/** Holds a lock until the tab closes, or until the returned function is called. */
function hold(name: string): Promise<() => void> {
  return new Promise((resolve) => {
    void navigator.locks.request(name, () => new Promise<void>((release) => resolve(release)));
  });
}

/** Chromium moves large Blobs from memory to disk. Firefox does not. */
function inMemory(): Sink {
  let parts: Blob[] = [];
  return {
    write: (bytes) => {
      parts.push(new Blob([bytes]));
      return Promise.resolve();
    },
    finish: () => Promise.resolve(new Blob(parts, { type: 'application/zip' })),
    discard: () => {
      parts = [];
      return Promise.resolve();
    },
  };
}

/** Collects small writes. */
function inBlocks(sink: Sink): Sink {
  let waiting = new Uint8Array(block);
  let used = 0;
  const flush = async (): Promise<void> => {
    if (used === 0) return;
    const full = waiting.subarray(0, used);
    waiting = new Uint8Array(block);
    used = 0;
    await sink.write(full);
  };
  return {
    ...sink,
    write: async (bytes) => {
      for (let at = 0; at < bytes.length;) {
        const part = bytes.subarray(at, at + block - used);
        waiting.set(part, used);
        used += part.length;
        at += part.length;
        if (used === block) await flush();
      }
    },
    finish: async () => {
      await flush();
      return sink.finish();
    },
  };
}
