import { rmSync } from 'node:fs';

import type { Outputs } from './commands.ts';

/** Outputs that are paths of temporary files. */
const fileOutputs = ['links-file', 'checksums-file'];

/**
 * Removes the files that only an output names, if that output is not printed: a person does not look for them, and one has links. The host
 * removes its temporary folder if it is empty.
 * @param printed the printed output; undefined if only the result is printed
 */
export function removeUnprinted(outputs: Outputs, printed: string | undefined): void {
  for (const name of fileOutputs) {
    const file = String(outputs.get(name) ?? '');
    if (file !== '' && name !== printed) rmSync(file, { force: true });
  }
}
