import { type Stats, closeSync, constants, fstatSync, openSync, readvSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

import { ActionError, messageOf, openFileLimit, systemCode } from '../errors/error.ts';
import type { WalkedFile } from '../files/walk.ts';
import { sanitize } from '../text/sanitize.ts';
import { formatBytes } from '../text/format.ts';
import type { ByteRange } from './partSize.ts';
import { wording } from '../text/wording.ts';

/** A file that is open for reading. It must not change after the upload was planned. */
export interface FileReader {
  readonly file: WalkedFile;
  /** Fills the whole buffer, starting at `offset` of the file. */
  read(buffer: Buffer, offset: number): Promise<void>;
  /** Throws if size or modification time have changed, or if the file is longer than its size. */
  verify(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file of the plan.
 * @throws ActionError `file-unreadable` or `file-changed`, here and in the methods of the reader
 */
export async function openFile(file: WalkedFile): Promise<FileReader> {
  const handle = await open(file.path, flagsFor(file)).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const reader: FileReader = {
    file,
    read: async (buffer, offset) => {
      const end = await fill(handle, file, buffer, offset);
      if (end === offset + buffer.length) return;
      checkUnchanged(file, await handle.stat());
      throw misstated(file);
    },
    verify: async () => {
      checkUnchanged(file, await handle.stat());
      if ((await fill(handle, file, Buffer.alloc(1), file.size)) > file.size) throw misstated(file);
    },
    close: () => handle.close(),
  };
  try {
    await reader.verify();
    return reader;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Files up to this size are read synchronously: four system calls are cheaper than four jobs in the thread pool. */
const readAtOnce = 128 * 1024;

/**
 * Reads a whole file of the plan into a buffer of the same size.
 * @throws ActionError, like {@link openFile}
 */
export async function readFile(file: WalkedFile, buffer: Buffer): Promise<void> {
  if (file.size <= readAtOnce) {
    readRanges(file, [{ offset: 0, length: file.size }], buffer, () => undefined);
    return;
  }
  await withFile(file, async (reader) => {
    await reader.read(buffer, 0);
    await reader.verify();
  });
}

/** Opens a file of the plan, and closes it after use. */
export async function withFile(file: WalkedFile, use: (reader: FileReader) => Promise<void>): Promise<void> {
  const reader = await openFile(file);
  try {
    await use(reader);
  } finally {
    await reader.close();
  }
}

/**
 * Reads a whole file of the plan, range by range. It is synchronous, for small files and for worker threads.
 * @param buffer as long as the longest range
 * @param onPart gets a view of the buffer with the length of the range
 * @throws ActionError, like {@link openFile}
 */
export function readRanges(
  file: WalkedFile,
  parts: readonly ByteRange[],
  buffer: Buffer,
  onPart: (content: Buffer) => void,
): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file.path, flagsFor(file));
    let end = 0;
    for (const { offset, length } of parts) {
      const content = buffer.subarray(0, length);
      end = fillAtOnce(descriptor, content, offset);
      if (end < offset + length) break;
      onPart(content);
    }
    checkUnchanged(file, fstatSync(descriptor));
    if (end !== file.size) throw misstated(file);
  } catch (error) {
    throw error instanceof ActionError ? error : unreadable(file, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/**
 * The flags protect against a file that was replaced: O_NOFOLLOW by a symbolic link, O_NONBLOCK by a named pipe, which would block. Windows has
 * neither flag.
 */
function flagsFor({ linked }: WalkedFile): number {
  return linked ? nonBlocking : nonBlocking | noFollow;
}

const flag = (name: 'O_NONBLOCK' | 'O_NOFOLLOW') => (constants as Partial<typeof constants>)[name] ?? 0;
const nonBlocking = constants.O_RDONLY | flag('O_NONBLOCK');
const noFollow = flag('O_NOFOLLOW');

/** Receives the byte after the buffer, so that a file longer than its size is found without another system call. */
const beyond = Buffer.alloc(1);

/** Returns the position in the file after the last byte read: one more than the end of the buffer if the file is longer, less if the file ends. */
function fillAtOnce(descriptor: number, buffer: Buffer, offset: number): number {
  let filled = 0;
  do {
    const rest = filled === 0 ? buffer : buffer.subarray(filled);
    const bytesRead = readvSync(descriptor, [rest, beyond], offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  } while (filled < buffer.length);
  return offset + filled;
}

/** Returns the position in the file after the last byte read: the end of the buffer, or less if the file ends. */
async function fill(handle: FileHandle, file: WalkedFile, buffer: Buffer, offset: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle
      .read(buffer, filled, buffer.length - filled, offset + filled)
      .catch((error: unknown) => {
        throw unreadable(file, error);
      });
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return offset + filled;
}

/** Throws unless the open file is the one that the walk found, with the same size and modification time. */
function checkUnchanged(file: WalkedFile, stats: Stats): void {
  if (!stats.isFile() || !isSame(file, stats)) throw replaced(file);
  if (stats.size !== file.size || stats.mtimeMs !== file.mtimeMs) throw changedError(file);
}

/** On Windows, Node.js may report different device numbers for a path and for an open file. */
function isSame(file: WalkedFile, { dev, ino }: Stats): boolean {
  return ino === file.ino && (dev === file.dev || process.platform === 'win32');
}

export function changedError(file: WalkedFile): ActionError {
  return new ActionError('file-changed', `${sanitize(file.path)} changed while it was uploaded`, {
    hint: `Make sure that nothing writes to the file during ${wording().step}.`,
  });
}

function replaced(file: WalkedFile): ActionError {
  return new ActionError(
    'file-changed',
    `${sanitize(file.path)} cannot be read: it was replaced after the upload was planned`,
    {
      hint: `Make sure that nothing writes to the folder during ${wording().step}.`,
    },
  );
}

/** The content of files in /proc, /sys and some network file systems is made when it is read, and has another length than their size. */
function misstated(file: WalkedFile): ActionError {
  return new ActionError(
    'file-unreadable',
    `${sanitize(file.path)} cannot be read: its content is not as long as its size says (${formatBytes(file.size)})`,
    { hint: `Copy it into an ordinary file first, e.g. with 'cat', and upload the copy.` },
  );
}

/** Error codes of a link, a socket, a named pipe and a folder. */
const replacements = new Set(['ELOOP', 'ENXIO', 'ESPIPE', 'EISDIR']);

function unreadable(file: WalkedFile, error: unknown): ActionError {
  const code = systemCode(error);
  if (code !== undefined && replacements.has(code)) return replaced(file);
  const out = openFileLimit(error);
  const reason =
    code === 'ENOENT'
      ? 'it disappeared after the upload was planned'
      : code === 'EACCES'
        ? 'permission denied'
        : (out?.reason ?? sanitize(messageOf(error)));
  const kind = out ? 'too-many-open-files' : 'file-unreadable';
  return new ActionError(kind, `${sanitize(file.path)} cannot be read: ${reason}`, {
    hint:
      out?.hint ??
      `Make sure that the file exists until ${wording().step} ends, and that the user who runs it may read it.`,
    cause: error,
  });
}
