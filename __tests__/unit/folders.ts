import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder of its own, gone at the end of the block that it was made in (`using`). */
export interface TemporaryFolder extends Disposable {
  readonly path: string;
  /** The absolute path of something in it. */
  at(...segments: string[]): string;
  /** Writes files, each with its own name as content, and the folders that they are in. */
  files(...names: string[]): void;
  folder(name: string): void;
  /** Makes a symbolic link; `target` is taken as it is. */
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
