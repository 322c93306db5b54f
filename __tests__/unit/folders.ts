import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach } from '@jest/globals';

/** A new temporary folder. It is removed at the end of the block with its declaration (`using`). */
export interface TemporaryFolder extends Disposable {
  readonly path: string;
  /** An absolute path in the folder. */
  at(...segments: string[]): string;
  /** Writes files, each with its name as content. Missing folders are created. */
  files(...names: string[]): void;
  folder(name: string): void;
  /** Creates a symbolic link. @param target written unchanged */
  link(name: string, target: string): void;
}

export function temporaryFolder(): TemporaryFolder {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'upload-')));
  const at = (...segments: string[]) => path.join(root, ...segments);
  const above = (name: string) => mkdirSync(path.dirname(at(name)), { recursive: true });
  return {
    path: root,
    at,
    files: (...names) => {
      for (const name of names) {
        above(name);
        writeFileSync(at(name), name);
      }
    },
    folder: (name) => void mkdirSync(at(name), { recursive: true }),
    link: (name, target) => {
      above(name);
      symlinkSync(target, at(name));
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Creates two temporary folders before each test of the file, and removes them after it. */
export function foldersForEachTest(use: (folder: TemporaryFolder, outside: TemporaryFolder) => void): void {
  let made: readonly TemporaryFolder[] = [];
  beforeEach(() => {
    const [folder, outside] = [temporaryFolder(), temporaryFolder()];
    made = [folder, outside];
    use(folder, outside);
  });
  afterEach(() => {
    for (const folder of made) folder[Symbol.dispose]();
  });
}
