import { mkdtempSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { ActionError, messageOf, systemCode } from '../errors/error.ts';
import { wording } from '../text/wording.ts';

/** Size of the file that tests a folder. A full disk may still accept a new folder. */
const probeBytes = 64 * 1024;

/**
 * Creates a temporary folder in the first writable place. When the process exits, it removes the folder if it is empty.
 * @param places candidate folders with their names for messages, best first
 * @param setting the variable that sets the folder, for the hint
 * @returns the folder, and the places that were not usable with their errors
 * @throws ActionError `temporary-files` if no place is writable
 */
export function createTempFolder(
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
      return { folder: createWritableFolder(place), refused };
    } catch (error) {
      refused.push(`${name} '${place}' (${systemCode(error) ?? messageOf(error)})`);
    }
  }
  throw new ActionError(
    'temporary-files',
    `No folder for temporary files is writable: ${refused.join(', ')}`,
    {
      hint: `Set ${setting} to a writable folder with free space. Nothing was sent.`,
    },
  );
}

function createWritableFolder(place: string): string {
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
    // It contains files for later steps.
  }
}

/**
 * Writes a file in the temporary folder.
 * @returns its path
 * @throws ActionError `temporary-files` if it cannot be written, e.g. because the disk is full
 */
export function writeTempFile(folder: string, name: string, write: (file: string) => void): string {
  const file = path.join(folder, name);
  try {
    write(file);
    return file;
  } catch (error) {
    rmSync(file, { force: true });
    throw new ActionError('temporary-files', `File ${file} could not be written: ${messageOf(error)}`, {
      hint: `Free disk space on ${wording().machine}, and run the ${wording().job} again.`,
      cause: error,
    });
  }
}
