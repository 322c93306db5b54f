import { hash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fstatSync,
  futimesSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  write,
  writeSync,
} from 'node:fs';
import path from 'node:path';

import { ActionError, messageOf, openFileLimit, systemCode } from '../errors/error.ts';
import { type FileAttributes, timeArgument } from '../files/attributes.ts';
import { thisSystem } from '../files/system.ts';
import { sanitize } from '../text/sanitize.ts';
import { wording } from '../text/wording.ts';

/** A file that is written beside its name. */
export interface PartFile {
  readonly path: string;
  /** Writes a buffer without blocking. */
  write(content: Buffer, offset: number): Promise<void>;
  /** Writes a small piece at once. */
  writePiece(content: Buffer, offset: number): void;
  /** Sets the attributes, and gives the file its name. An existing file is replaced. */
  finish(attributes: FileAttributes): void;
  /** Closes the file. It stays. */
  close(): void;
  /** Closes and removes the file. It never throws. */
  discard(): void;
}

/** Longer names get a part file without the name, because file systems allow 255 bytes. */
const longestInPart = 200;

/** The path of a part file: hidden, in the same folder. @param tag makes it unique */
export function partPath(file: string, tag: string): string {
  const name = path.basename(file);
  const own = Buffer.byteLength(name) <= longestInPart ? name : hash('sha256', name).slice(0, 16);
  return path.join(path.dirname(file), `.${own}.${tag}.part`);
}

const run = randomBytes(6).toString('hex');
let count = 0;

/** Without metadata, a file gets the usual mode. On Windows, files have no mode. */
function modeOf({ mode }: FileAttributes): number {
  return mode === undefined || thisSystem.windows ? 0o666 : mode;
}

/** A new part file of this run. The system applies the umask to the mode. */
function createFile(file: string, mode: number): { path: string; descriptor: number } {
  count += 1;
  const part = partPath(file, `${run}${count.toString(36)}`);
  return { path: part, descriptor: openSync(part, 'wx', mode) };
}

/**
 * Writes a small file: beside its name, then renames it. It is synchronous, because that takes a quarter of the time of promises.
 * @throws ActionError `file-unwritable` or `disk-full`
 */
export function writeFile(file: string, content: Buffer, attributes: FileAttributes): void {
  let part: ReturnType<typeof createFile> | undefined;
  try {
    part = createFile(file, modeOf(attributes));
    for (let done = 0; done < content.length;) done += writeSync(part.descriptor, content, done);
    setTime(part.descriptor, attributes);
    closeSync(part.descriptor);
    renameSync(part.path, file);
  } catch (error) {
    if (part) remove(part.path, part.descriptor);
    throw unwritable(file, error);
  }
}

/** The mode of part files: the umask removes bits of it, so that it says which bits a file may have. */
export const partMode = 0o777;

/**
 * Creates a part file for content that is verified before it gets its name.
 * @throws ActionError, like {@link writeFile}, here and in the methods
 */
export function createPartFile(file: string): PartFile {
  try {
    const { path: part, descriptor } = createFile(file, partMode);
    return openPartFile(file, part, descriptor);
  } catch (error) {
    throw unwritable(file, error);
  }
}

/** @param descriptor of the open part file, which was created with {@link partMode} */
export function openPartFile(file: string, part: string, descriptor: number): PartFile {
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  return {
    path: part,
    write: async (content, offset) => {
      for (let done = 0; done < content.length;)
        done += await writeSome(file, descriptor, content, done, offset);
    },
    writePiece: (content, offset) => {
      try {
        for (let done = 0; done < content.length;)
          done += writeSync(descriptor, content, done, content.length - done, offset + done);
      } catch (error) {
        throw unwritable(file, error);
      }
    },
    finish: (attributes) => {
      try {
        fchmodSync(descriptor, modeOf(attributes) & fstatSync(descriptor).mode & partMode);
        setTime(descriptor, attributes);
        close();
        renameSync(part, file);
      } catch (error) {
        throw unwritable(file, error);
      }
    },
    close,
    discard: () => {
      remove(part, isOpen ? descriptor : undefined);
      isOpen = false;
    },
  };
}

function writeSome(
  file: string,
  descriptor: number,
  content: Buffer,
  done: number,
  offset: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, content, done, content.length - done, offset + done, (error, written) => {
      if (error) reject(unwritable(file, error));
      else resolve(written);
    });
  });
}

function setTime(descriptor: number, { mtime }: FileAttributes): void {
  if (mtime !== undefined) futimesSync(descriptor, Date.now() / 1000, timeArgument(mtime));
}

function remove(part: string, descriptor: number | undefined): void {
  try {
    if (descriptor !== undefined) closeSync(descriptor);
  } catch {
    // It is closed already.
  }
  try {
    rmSync(part, { force: true });
  } catch {
    // The error that made the file useless is reported instead.
  }
}

/** Makes the folders of files, each once. */
export function createFolders(): (file: string) => void {
  const made = new Set<string>();
  return (file) => {
    const folder = path.dirname(file);
    if (made.has(folder)) return;
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw unwritable(folder, error);
    }
    made.add(folder);
  };
}

/** Error codes of a full disk and of a full quota. */
const full = new Set(['ENOSPC', 'EDQUOT']);

/** Describes an error of writing a file. */
export function unwritable(file: string, error: unknown): ActionError {
  if (error instanceof ActionError) return error;
  const code = systemCode(error);
  if (code !== undefined && full.has(code)) {
    const why = code === 'EDQUOT' ? 'the disk quota is used up' : 'no space is left on the disk';
    return new ActionError('disk-full', `${sanitize(file)} cannot be written: ${why}`, {
      hint: `Free space on the disk, or download to another one.`,
      cause: error,
    });
  }
  const out = openFileLimit(error);
  const reason =
    code === 'EACCES' || code === 'EPERM' ? 'permission denied' : (out?.reason ?? sanitize(messageOf(error)));
  return new ActionError(
    out ? 'too-many-open-files' : 'file-unwritable',
    `${sanitize(file)} cannot be written: ${reason}`,
    {
      hint:
        out?.hint ??
        `Make sure that the user who runs ${wording().step} may write there, and that nothing else changes the folder meanwhile.`,
      cause: error,
    },
  );
}
