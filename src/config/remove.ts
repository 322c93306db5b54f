import { parseDuration } from '../text/format.ts';
import {
  type DestinationInputs,
  isWholeWorkspace,
  readDestinationInputs,
  refuseTrailingSlash,
} from './destination.ts';
import { type RawInput, Reader } from './reader.ts';

export interface RemoveInputs extends DestinationInputs {
  /** Seconds: only older objects are deleted, or with `keepLast` only older folders; undefined for all. */
  readonly olderThan: number | undefined;
  /** Of the folders directly below the destination, so many stay; undefined: `olderThan` decides about each file. */
  readonly keepLast: number | undefined;
}

/** Reads the inputs of the `remove` action. It masks and throws like {@link readUploadInputs}. */
export function readRemoveInputs(
  raw: RawInput,
  mask: (secret: string) => void,
  keyless = false,
  logIn: readonly string[] = [],
): RemoveInputs {
  const reader = new Reader(raw, keyless, logIn);
  refuseToRemoveAll(reader);
  const inputs: RemoveInputs = {
    ...readDestinationInputs(reader, mask),
    olderThan: reader.optional('older-than', `a time such as '12h' or '14d'`, parseDuration),
    keepLast: reader.optional('keep-last', 'a number of folders from 1 to 100000', parseFolderCount),
  };
  reader.finish();
  return Object.freeze(inputs);
}

/** Not 0: that is more likely a mistake than the wish to delete everything, which needs no such input. */
function parseFolderCount(text: string): number | undefined {
  return /^[1-9]\d{0,4}$|^100000$/.test(text) ? Number(text) : undefined;
}

function refuseToRemoveAll(reader: Reader): void {
  if (isWholeWorkspace(reader)) {
    reader.problem(
      'destination',
      `got '${reader.text('destination')}', expected the folder to delete, e.g. 'pull-requests/7': without it, the whole workspace would be deleted`,
    );
  } else refuseTrailingSlash(reader, `everything in it is deleted`);
}
