import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

import { ActionError, messageOf, systemCode } from '../errors.ts';
import type { WalkedFile } from '../files/walk.ts';
import { printable } from '../printable.ts';
import type { Part } from './parts.ts';

/** A file that is open for reading, and has to stay what it was when the upload was planned. */
export interface Source {
  /** Fills the whole buffer from `offset` on. */
  read(buffer: Buffer, offset: number): Promise<void>;
  /** Fails if the file's size or time of change is not what it was. */
  verify(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file of the plan.
 * @throws ActionError `files`, from here and from the source, when it cannot be read or is not what it was when it was found
 */
export async function openSource(file: WalkedFile): Promise<Source> {
  const handle = await open(file.path).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const source: Source = {
    read: (buffer, offset) => fill(handle, file, buffer, offset),
    verify: async () => {
      const { size, mtimeMs } = await handle.stat();
      if (size !== file.size || mtimeMs !== file.mtimeMs) throw changed(file);
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
    readParts(file, [{ number: 1, offset: 0, length: file.size }], buffer, () => undefined);
    return;
  }
  const source = await openSource(file);
  try {
    await source.read(buffer, 0);
    await source.verify();
  } finally {
    await source.close();
  }
}

/**
 * Reads a whole file of the plan, part by part, and lets nothing else run meanwhile: for small files, and for threads that only read.
 * @param buffer as long as the longest part
 * @param onPart gets a view of the buffer, of the part's length
 * @throws as {@link openSource}
 */
export function readParts(
  file: WalkedFile,
  parts: readonly Part[],
  buffer: Buffer,
  onPart: (content: Buffer) => void,
): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file.path, 'r');
    for (const { offset, length } of parts) {
      const content = buffer.subarray(0, length);
      fillAtOnce(descriptor, file, content, offset);
      onPart(content);
    }
    const { size, mtimeMs } = fstatSync(descriptor);
    if (size !== file.size || mtimeMs !== file.mtimeMs) throw changed(file);
  } catch (error) {
    throw error instanceof ActionError ? error : unreadable(file, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function fillAtOnce(descriptor: number, file: WalkedFile, buffer: Buffer, offset: number): void {
  for (let filled = 0; filled < buffer.length;) {
    const bytesRead = readSync(descriptor, buffer, filled, buffer.length - filled, offset + filled);
    if (bytesRead === 0) throw changed(file);
    filled += bytesRead;
  }
}

async function fill(handle: FileHandle, file: WalkedFile, buffer: Buffer, offset: number): Promise<void> {
  for (let filled = 0; filled < buffer.length;) {
    const { bytesRead } = await handle
      .read(buffer, filled, buffer.length - filled, offset + filled)
      .catch((error: unknown) => {
        throw unreadable(file, error);
      });
    if (bytesRead === 0) throw changed(file);
    filled += bytesRead;
  }
}

function changed(file: WalkedFile): ActionError {
  return new ActionError('files', `${printable(file.path)} changed while it was uploaded`, {
    hint: `Something still writes to it: let that end before this step.`,
  });
}

function unreadable(file: WalkedFile, error: unknown): ActionError {
  const code = systemCode(error);
  const reason =
    code === 'ENOENT'
      ? 'it disappeared after the upload was planned'
      : code === 'EACCES'
        ? 'permission denied'
        : printable(messageOf(error));
  return new ActionError('files', `${printable(file.path)} cannot be read: ${reason}`, {
    hint: `See that the file stays, and that the runner's user may read it.`,
    cause: error,
  });
}
