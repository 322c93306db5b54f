/**
 * Breaks the product in one place after the other, and expects that a machine notices each: `npm run test:breakages`. Arguments are parts of
 * titles. It works in a copy, and prints a table in Markdown.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { type Breakage, breakages } from './list.ts';

const top = path.resolve(import.meta.dirname, '../../..');
const copied = [
  'src',
  'browser',
  'platform',
  'dist',
  '__tests__',
  'package.json',
  'jest.config.js',
  'tsconfig.json',
];

/** A copy of the repository, with its packages. */
function copyOf(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'broken-'));
  for (const name of copied) cpSync(path.join(top, name), path.join(folder, name), { recursive: true });
  symlinkSync(path.join(top, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

/** Runs a machine on the broken product. @returns the title of the test that fails, and seconds */
function tryOne({ file, text, broken, machine }: Breakage): {
  readonly caught: string | undefined;
  readonly seconds: number;
} {
  const folder = copyOf();
  try {
    const place = path.join(folder, file);
    const before = readFileSync(place, 'utf8');
    const after = before.replace(text, broken);
    if (after === before) throw new Error(`${file} does not contain: ${text}`);
    writeFileSync(place, after);
    const started = performance.now();
    const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--selectProjects', 'fuzz'];
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [...jest, '--bail', '--forceExit', '--verbose', `fuzz/${machine}.test`],
      { cwd: folder, encoding: 'utf8' },
    );
    const seconds = Math.round((performance.now() - started) / 1000);
    return { caught: /^\s*✕ (.*?)(?: \(\d+ ms\))?$/m.exec(`${stdout}\n${stderr}`)?.[1], seconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const wanted = process.argv.slice(2);
console.log('| breakage | place | noticed by | seconds |\n| --- | --- | --- | --- |');
for (const one of breakages) {
  if (wanted.length > 0 && !wanted.some((part) => one.title.includes(part))) continue;
  const { caught, seconds } = tryOne(one);
  if (caught === undefined) process.exitCode = 1;
  console.log(
    `| ${one.title} | \`${one.file}\` | ${caught === undefined ? '**nothing**' : `${one.machine}: ${caught}`} | ${seconds} |`,
  );
}
