import { statSync } from 'node:fs';
import path from 'node:path';

/** Files to publish, as the inputs of a step. */
export interface Source {
  /** Working directory of the step. */
  readonly folder: string;
  /** Value of the input `path`. */
  readonly path: string;
}

/** A folder or file that the reader named on the command line. */
export interface NamedSource extends Source {
  /** Last segment of the path. */
  readonly name: string;
}

/**
 * Finds the folder or file at a path. npm runs scripts in the folder of `package.json`, so a relative path starts from `INIT_CWD`, where
 * the reader called npm.
 * @throws Error that names the path, if there is no such folder or file
 */
export function readSource(given: string): NamedSource {
  const full = path.resolve(process.env['INIT_CWD'] ?? '', given);
  const stats = statSync(full, { throwIfNoEntry: false });
  const name = path.basename(full);
  if (stats?.isDirectory()) return { folder: full, path: '.', name };
  if (stats?.isFile()) return { folder: path.dirname(full), path: `./${globOf(name)}`, name };
  throw new Error(`Cannot publish '${given}': there is no folder or file ${full}.`);
}

/** A pattern that matches this name only. */
function globOf(name: string): string {
  return name.replace(/[*?[]/g, '[$&]');
}
