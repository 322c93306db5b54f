import { statfsSync } from 'node:fs';

/**
 * Free bytes for this user on the file system of a folder; undefined if the file system does not say it, as some network file systems.
 * @param folder exists
 */
export function freeSpace(folder: string): number | undefined {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return blocks > 0 ? bavail * bsize : undefined;
  } catch {
    return undefined;
  }
}

/** A file to write, and the one that it replaces. Sizes in bytes. */
export interface Placement {
  readonly size: number;
  /** Size of the file that is replaced; 0 if there is none. */
  readonly replaces: number;
  /** Bytes that are on the disk already, in a part file. */
  readonly kept: number;
}

/** Bytes that the files need in addition if they are written in this order. A replaced file stays until the new one is whole. */
export function spaceNeeded(placements: Iterable<Placement>): number {
  let [used, most] = [0, 0];
  for (const { size, replaces, kept } of placements) {
    used += size - kept;
    most = Math.max(most, used);
    used -= replaces;
  }
  return most;
}
