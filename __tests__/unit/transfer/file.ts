import { statSync, writeFileSync } from 'node:fs';

import type { LocalFile } from '../../../src/files/selection.ts';
import type { Put } from '../../../src/sync/plan.ts';
import type { TemporaryFolder } from '../folders.ts';

/** Writes a file, and returns it as the walk would. */
export function fileIn(folder: TemporaryFolder, name: string, content: string | Buffer): LocalFile {
  const path = folder.at(name);
  writeFileSync(path, content);
  const { size, mtimeMs, dev, ino } = statSync(path);
  return { path, name, size, mtimeMs, dev, ino, linked: false };
}

/** The entry of a plan for a file. */
export function putOf(file: LocalFile, more: Partial<Put> = {}): Put {
  return {
    file,
    name: file.name,
    key: `p/d/${file.name}`,
    contentType: 'text/plain',
    headers: {},
    generated: false,
    ...more,
  };
}
