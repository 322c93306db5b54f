import type { LocalFile } from '../../src/files/selection.ts';

/** A file to upload, for tests that do not read it. */
export function localFile(name: string, size = 1): LocalFile {
  return { path: `/work/${name}`, name, size, mtimeMs: 0, dev: 0, ino: 0, linked: false };
}
