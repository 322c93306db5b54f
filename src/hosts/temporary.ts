import { mkdtempSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { ActionError, messageOf, systemCode } from '../errors/error.ts';

/** A file of this size has to fit: on a disk that is full, a folder can often be made still. */
const probeBytes = 64 * 1024;

/**
 * Makes a folder in the first of the places in which files can be written; it is removed at the end, if nothing is in it.
 * @param places folders by what names them, best first
 * @param setting where the host is told which folder to take, e.g. a variable
 * @returns the folder, and why the places before could not be used
 * @throws ActionError `temporary-files` where none of them can
 */
export function temporaryFolder(
  places: readonly (readonly [name: string, folder: string])[],
  setting: string,
): {
  readonly folder: string;
  readonly refused: readonly string[];
} {
  const refused: string[] = [];
  for (const [name, place] of places) {
    try {
      if (!path.isAbsolute(place)) throw new Error('it is not an absolute path');
      return { folder: makeFolder(place), refused };
    } catch (error) {
      refused.push(`${name} '${place}' (${systemCode(error) ?? messageOf(error)})`);
    }
  }
  throw new ActionError(
    'temporary-files',
    `No folder for temporary files can be written: ${refused.join(', ')}`,
    {
      hint: `Set ${setting} to a folder that can be written to and has free space; nothing was sent.`,
    },
  );
}

function makeFolder(place: string): string {
  const folder = mkdtempSync(path.join(place, 'upload-to-workspace-'));
  process.once('exit', () => removeEmpty(folder));
  const probe = path.join(folder, 'probe');
  try {
    writeFileSync(probe, Buffer.alloc(probeBytes));
  } finally {
    rmSync(probe, { force: true });
  }
  return folder;
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // There is something in it, for later steps.
  }
}

/**
 * Writes a file into the folder for temporary files.
 * @returns its path
 * @throws ActionError `temporary-files` where it cannot be written, as on a disk that is full by now
 */
export function writeTemporary(folder: string, name: string, write: (file: string) => void): string {
  const file = path.join(folder, name);
  try {
    write(file);
    return file;
  } catch (error) {
    rmSync(file, { force: true });
    throw new ActionError('temporary-files', `The file ${file} cannot be written: ${messageOf(error)}`, {
      hint: `Free space on the runner, and run the job again.`,
      cause: error,
    });
  }
}
