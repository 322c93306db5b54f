import { parseDuration } from '../text/format.ts';
import {
  type DestinationInputs,
  isWholeWorkspace,
  readDestinationInputs,
  refuseTrailingSlash,
} from './destination.ts';
import { type RawInput, Reader } from './reader.ts';

export interface RemoveInputs extends DestinationInputs {
  /** Seconds: only older objects are deleted; undefined for all. */
  readonly olderThan: number | undefined;
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
  };
  reader.finish();
  return Object.freeze(inputs);
}

function refuseToRemoveAll(reader: Reader): void {
  if (isWholeWorkspace(reader)) {
    reader.problem(
      'destination',
      `got '${reader.text('destination')}', expected the folder to delete, e.g. 'pull-requests/7': without it, the whole workspace would be deleted`,
    );
  } else refuseTrailingSlash(reader, `everything in it is deleted`);
}
