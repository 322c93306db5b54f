import { createHash, randomFillSync } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import {
  cp,
  lstat,
  mkdir,
  open,
  readFile,
  readdir,
  realpath,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { install } from '../platform/real/cache.ts';
import { benchCache } from './rivals.ts';
import type { Inventory } from './servers/inventory.ts';

/** Files to upload. */
export interface Source {
  /** A folder, or a single file. */
  readonly path: string;
  readonly single: boolean;
  readonly files: number;
  readonly bytes: number;
}

const repository = resolve(import.meta.dirname, '..');
const MiB = 1024 ** 2;

/** One file of random bytes. */
export function largeFile(bytes: number): Promise<Source> {
  return makeSource(`large-${bytes}`, 'data.bin', async (path) => {
    const file = await open(path, 'w');
    const chunk = Buffer.alloc(Math.min(bytes, 16 * MiB));
    for (let left = bytes; left > 0; left -= chunk.length) {
      await file.write(randomFillSync(chunk), 0, Math.min(left, chunk.length));
    }
    await file.close();
  });
}

/** One sparse file, which takes no disk space. */
export function sparseFile(bytes: number): Promise<Source> {
  return makeSource(`sparse-${bytes}`, 'data.bin', async (path) => {
    await writeFile(path, '');
    await truncate(path, bytes);
  });
}

/** Files of random bytes, 100 in each folder. */
export function smallFiles(count: number, bytes: number): Promise<Source> {
  return makeSource(`small-${count}x${bytes}`, 'files', async (path) => {
    const content = Buffer.alloc(bytes);
    for (let index = 0; index < count; index += 1) {
      const folder = join(path, `part-${String(Math.floor(index / 100)).padStart(4, '0')}`);
      if (index % 100 === 0) await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `file-${String(index).padStart(6, '0')}.dat`), randomFillSync(content));
    }
  });
}

/**
 * This project's `node_modules`, without symbolic links, which the tools treat in different ways. Also without the files that the action
 * excludes by default.
 */
export async function mixedTree(): Promise<Source> {
  const lock = await readFile(join(repository, 'package-lock.json'));
  const version = createHash('sha256').update(lock).digest('hex').slice(0, 8);
  return makeSource(`tree-${version}`, 'node_modules', async (path) => {
    await cp(join(repository, 'node_modules'), path, {
      recursive: true,
      async filter(from) {
        if (/^(\.git|\.env.*|\.cache|gha-creds-.*\.json)$/.test(basename(from))) return false;
        const entry = await lstat(from);
        return entry.isDirectory() || entry.isFile();
      },
    });
  });
}

/** A documentation site with this number of files: equal numbers of pages, scripts and pictures, 100 in each folder. */
export function documentation(count: number): Promise<Source> {
  return makeSource(`documentation-${count}`, 'site', async (path) => {
    for (let index = 0; index < count; index += 1) {
      const folder = join(path, `chapter-${Math.floor(index / 100)}`);
      if (index % 100 === 0) await mkdir(folder, { recursive: true });
      const { name, text } = documents[index % documents.length]?.(index) ?? { name: '', text: '' };
      await writeFile(join(folder, name), text);
    }
  });
}

const documents: readonly ((index: number) => { readonly name: string; readonly text: string })[] = [
  (index) => ({
    name: `page-${index}.html`,
    text: `<!doctype html><title>Page ${index}</title><script type="module" src="script-${index + 1}.js"></script>${`<p>What <a href="page-${index + 3}.html">the next page</a> says of tides and of what moves them.\n`.repeat(100)}`,
  }),
  (index) => ({
    name: `script-${index}.js`,
    text: `export const part = ${index};\nexport function tide_${index}(hours) { return Math.cos(hours) * ${index}; }\n`.repeat(
      100,
    ),
  }),
  (index) => ({
    name: `picture-${index}.svg`,
    text: `<svg xmlns="http://www.w3.org/2000/svg">${`<path d="M0 ${index}h9"/>`.repeat(150)}</svg>`,
  }),
];

/** The output of a small build. */
export function fewFiles(): Promise<Source> {
  return makeSource('few', 'site', async (path) => {
    await mkdir(path);
    await writeFile(join(path, 'index.html'), '<!doctype html><title>Report</title><p>All is well.\n');
    await writeFile(join(path, 'report.json'), JSON.stringify({ passed: 120, failed: 0 }));
    await writeFile(join(path, 'style.css'), 'body { font-family: sans-serif }\n'.repeat(40));
  });
}

/** Creates a source unless it exists, and counts its files. */
async function makeSource(
  name: string,
  content: string,
  fill: (path: string) => Promise<void>,
): Promise<Source> {
  const part = { name: `load-${name}`, fill: (folder: string) => fill(join(folder, content)) };
  // The action refuses links that lead out of their folder, and the cache may be one.
  const path = join(await realpath(await install(part, benchCache)), content);
  if ((await stat(path)).isFile()) {
    return { path, single: true, files: 1, bytes: (await stat(path)).size };
  }
  const { objects, bytes } = await folderInventory(path);
  return { path, single: false, files: objects, bytes };
}

/** The files below a folder. `newest` is the last change of any of them, of its content or of its properties. */
export async function folderInventory(folder: string): Promise<Inventory> {
  const found = (await filesIn(folder)).map((file) => statSync(file));
  return {
    objects: found.length,
    bytes: found.reduce((sum, { size }) => sum + size, 0),
    newest: found.reduce((newest, { ctimeMs }) => Math.max(newest, ctimeMs), 0),
  };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Reads a source once, so that it is in the page cache for every run. It is synchronous, because a source may have 300,000 files. */
export async function warm({ path, single }: Source): Promise<void> {
  const buffer = Buffer.alloc(4 * MiB);
  for (const name of single ? [path] : await filesIn(path)) {
    const file = openSync(name, 'r');
    while (readSync(file, buffer) > 0);
    closeSync(file);
  }
}
