import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runs one command line of the program. @throws Error with the end of its log, if it fails */
type RunCommand = (args: readonly string[]) => Promise<void>;

interface Round {
  readonly run: RunCommand;
  /** Folder in the workspace. */
  readonly destination: string;
  /** A folder for the files of this publisher. */
  readonly folder: string;
  readonly number: number;
}

const KiB = 1024;
/** Files of a round, by name, in bytes. The last one is sent in parts. */
const sizes: Readonly<Record<string, number>> = {
  'index.html': 8 * KiB,
  ...Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`files/${index}.bin`, 20 * KiB])),
  'large.bin': 12 * KiB * KiB,
};

/** Writes the files that a round uploads. Each round has other content. @returns their folder */
export function writeSource(folder: string, more: Readonly<Record<string, number>> = {}): string {
  const source = join(folder, 'source');
  mkdirSync(join(source, 'files'), { recursive: true });
  for (const [name, size] of Object.entries({ ...sizes, ...more }))
    writeFileSync(join(source, name), randomBytes(size));
  return source;
}

/** Uploads, uploads the same again, renews links, downloads twice, and compares the files. */
export async function runRound({ run, destination, folder, number }: Round, source: string): Promise<void> {
  const [there, target] = [['--destination', destination], join(folder, 'target')];
  const upload = ['upload', source, ...there, '--overwrite', 'changed', '--checksums', '--links', 'session'];
  await run([...upload, '--preview', String(number % 2 === 0)]);
  await run([...upload, '--preview', String(number % 2 === 0), '--delete-stale']);
  await run(['links', ...there, '--links', 'session']);
  await run(['download', ...there, '--path', target]);
  await run(['download', ...there, '--path', target]);
  compareFiles(source, target);
}

/** @throws Error that names the first file that differs */
export function compareFiles(source: string, target: string): void {
  for (const name of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue;
    const file = join(name.parentPath, name.name);
    const copy = join(target, file.slice(source.length));
    if (!readFileSync(file).equals(readFileSync(copy))) throw new Error(`${copy} differs from ${file}`);
  }
}

/** The number of files and folders below a folder whose names match. */
export function countEntries(folder: string, pattern: RegExp): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter(({ name }) => pattern.test(name)).length;
}

/** Deletes the files of a round. @returns the number of unfinished downloads among them */
export function clearRound(folder: string): number {
  const target = join(folder, 'target');
  mkdirSync(target, { recursive: true });
  const parts = countEntries(target, /\.parts?$/);
  for (const name of ['source', 'target']) rmSync(join(folder, name), { recursive: true, force: true });
  return parts;
}
