import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '..', '..');

/** The folder of the installed parts: `UPLOAD_TO_WORKSPACE_CACHE`, or `.cache/platform` in the repository. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  return resolve(environment['UPLOAD_TO_WORKSPACE_CACHE'] ?? join(repository, '.cache', 'platform'));
}

/** A part that is installed into a folder of its own. */
export interface Part {
  /** Contains the version and everything else that the content depends on. */
  readonly name: string;
  fill(folder: string): Promise<void>;
}

/**
 * Installs a part unless it is installed. The folder gets its final name when it is complete, so an interrupted install cannot be mistaken
 * for a complete one, and two installs can run at the same time.
 *
 * @returns the folder of the part
 */
export async function install(part: Part, cache: string): Promise<string> {
  const folder = join(cache, part.name);
  if (await exists(folder)) return folder;
  await mkdir(cache, { recursive: true });
  await removeLeftovers(cache, part.name);
  const partial = `${folder}.partial-${process.pid}`;
  await mkdir(partial);
  try {
    await part.fill(partial);
    await rename(partial, folder).catch(async (error: unknown) => {
      if (!(await exists(folder))) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return folder;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function removeLeftovers(cache: string, name: string): Promise<void> {
  const prefix = `${name}.partial-`;
  const leftovers = (await readdir(cache)).filter(
    (entry) => entry.startsWith(prefix) && !runs(Number(entry.slice(prefix.length))),
  );
  await Promise.all(leftovers.map((entry) => rm(join(cache, entry), { recursive: true, force: true })));
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
