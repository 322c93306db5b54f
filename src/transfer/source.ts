import { type Stats, closeSync, constants, fstatSync, openSync, readvSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

import { ActionError, messageOf, outOfFiles, systemCode } from '../errors/error.ts';
import type { WalkedFile } from '../files/walk.ts';
import { printable } from '../text/sanitize.ts';
import { formatBytes } from '../text/format.ts';
import type { Stretch } from './parts.ts';

/** A file that is open for reading, and has to stay what it was when the upload was planned. */
export interface Source {
  readonly file: WalkedFile;
  /** Fills the whole buffer from `offset` on. */
  read(buffer: Buffer, offset: number): Promise<void>;
  /** Fails if the file's size or time of change is not what it was, or if it goes on past its size. */
  verify(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file of the plan.
 * @throws ActionError `files`, from here and from the source, when it cannot be read or is not what it was when it was found
 */
export async function openSource(file: WalkedFile): Promise<Source> {
  const handle = await open(file.path, flagsFor(file)).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const source: Source = {
    file,
    read: async (buffer, offset) => {
      const end = await fill(handle, file, buffer, offset);
      if (end === offset + buffer.length) return;
      judge(file, await handle.stat());
      throw misstated(file);
    },
    verify: async () => {
      judge(file, await handle.stat());
      if ((await fill(handle, file, Buffer.alloc(1), file.size)) > file.size) throw misstated(file);
    },
    close: () => handle.close(),
  };
  try {
    await source.verify();
    return source;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Up to this size a file is read at one go: four system calls cost less than four trips to the thread pool. */
const readAtOnce = 128 * 1024;

/**
 * Reads a whole file of the plan into a buffer of its size.
 * @throws as {@link openSource}
 */
export async function readWhole(file: WalkedFile, buffer: Buffer): Promise<void> {
  if (file.size <= readAtOnce) {
    readParts(file, [{ offset: 0, length: file.size }], buffer, () => undefined);
    return;
  }
  await withSource(file, async (source) => {
    await source.read(buffer, 0);
    await source.verify();
  });
}

/** Opens a file of the plan, and closes it when it was used. */
export async function withSource(file: WalkedFile, use: (source: Source) => Promise<void>): Promise<void> {
  const source = await openSource(file);
  try {
    await use(source);
  } finally {
    await source.close();
  }
}

/**
 * Reads a whole file of the plan, stretch by stretch, and lets nothing else run meanwhile: for small files, and for threads that only read.
 * @param buffer as long as the longest stretch
 * @param onPart gets a view of the buffer, of the stretch's length
 * @throws as {@link openSource}
 */
export function readParts(
  file: WalkedFile,
  parts: readonly Stretch[],
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
    judge(file, fstatSync(descriptor));
    if (end !== file.size) throw misstated(file);
  } catch (error) {
    throw error instanceof ActionError ? error : unreadable(file, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/**
 * How to open a file: not through a link that was put in its place, and without waiting where it was replaced by a named pipe. Windows knows
 * neither flag.
 */
function flagsFor({ linked }: WalkedFile): number {
  return linked ? patient : patient | noFollow;
}

const flag = (name: 'O_NONBLOCK' | 'O_NOFOLLOW') => (constants as Partial<typeof constants>)[name] ?? 0;
const patient = constants.O_RDONLY | flag('O_NONBLOCK');
const noFollow = flag('O_NOFOLLOW');

/** Takes what comes right after the buffer: what has more bytes than its size says is found without another system call. */
const beyond = Buffer.alloc(1);

/** Returns where in the file the bytes end: one past the buffer's end where the file goes on, and before it where the file ends. */
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

/** Returns where in the file the bytes end: at the buffer's end, or before it where the file ends. */
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

/** Whether what is open is the file that was found, and as it was then. */
function judge(file: WalkedFile, stats: Stats): void {
  if (!stats.isFile() || !isSame(file, stats)) throw replaced(file);
  if (stats.size !== file.size || stats.mtimeMs !== file.mtimeMs) throw changed(file);
}

/** On Windows Node does not always name the device of a path and of an open file in the same way. */
function isSame(file: WalkedFile, { dev, ino }: Stats): boolean {
  return ino === file.ino && (dev === file.dev || process.platform === 'win32');
}

export function changed(file: WalkedFile): ActionError {
  return new ActionError('file-changed', `${printable(file.path)} changed while it was uploaded`, {
    hint: `Something still writes to it: let that end before this step.`,
  });
}

function replaced(file: WalkedFile): ActionError {
  return new ActionError(
    'file-changed',
    `${printable(file.path)} cannot be read: it was replaced after the upload was planned`,
    {
      hint: `Something still writes there: let that end before this step.`,
    },
  );
}

/** Files of /proc and /sys, and of some network file systems, are made when they are read, whatever size they show. */
function misstated(file: WalkedFile): ActionError {
  return new ActionError(
    'file-unreadable',
    `${printable(file.path)} cannot be read: its content is not as long as its size says (${formatBytes(file.size)})`,
    { hint: `Copy it into an ordinary file first, as 'cat' does, and upload that one.` },
  );
}

/** Codes for what there may be by now: a link, a socket, a named pipe, a folder. */
const replacements = new Set(['ELOOP', 'ENXIO', 'ESPIPE', 'EISDIR']);

function unreadable(file: WalkedFile, error: unknown): ActionError {
  const code = systemCode(error);
  if (code !== undefined && replacements.has(code)) return replaced(file);
  const out = outOfFiles(error);
  const reason =
    code === 'ENOENT'
      ? 'it disappeared after the upload was planned'
      : code === 'EACCES'
        ? 'permission denied'
        : (out?.reason ?? printable(messageOf(error)));
  const kind = out ? 'too-many-open-files' : 'file-unreadable';
  return new ActionError(kind, `${printable(file.path)} cannot be read: ${reason}`, {
    hint: out?.hint ?? `See that the file stays, and that the runner's user may read it.`,
    cause: error,
  });
}
