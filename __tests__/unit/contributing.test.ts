import { existsSync, globSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { expect, test } from '@jest/globals';

import { rooms } from '../../scripts/dependencies.config.js';

const top = path.resolve(import.meta.dirname, '../..');
const contributing = readFileSync(path.join(top, 'CONTRIBUTING.md'), 'utf8');

/** The texts in backquotes in the first column of a section's tables. */
function firstColumn(section: string): string[] {
  const [, text = ''] = contributing.split(`\n## ${section}\n`);
  const [own = ''] = text.split('\n## ');
  const cells = own.split('\n').map((line) => /^\|([^|]*)\|/.exec(line)?.[1] ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

function foldersIn(folder: string): string[] {
  const entries = readdirSync(path.join(top, folder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

test('the layout lists the folders of src in the order in which they may import', () => {
  const listed = firstColumn('Layout').filter((name) => name.startsWith('src/'));
  expect(listed).toEqual(rooms.map((room) => `src/${room}/`));
});

test('the rooms are the folders of src', () => {
  const folders = [...foldersIn('src'), ...foldersIn('src/hosts').map((name) => `hosts/${name}`)];
  expect(rooms.toSorted()).toEqual(folders.sort());
});

/** Tests about Markdown files, and tests of `browser/`, `bench/` and `scripts/`, have no file in `src/`. */
const isElsewhere = (name: string) =>
  ['contributing', 'documents'].includes(name) || /^(?:browser|bench|scripts)\//.test(name);

test('each unit test has the path of the source file that it tests', () => {
  const tests = globSync('**/*.test.ts', { cwd: path.join(top, '__tests__/unit') });
  const tested = tests.map((file) => file.replaceAll(path.sep, '/').replace(/\.test\.ts$/, ''));
  expect(tested.length).toBeGreaterThan(50);
  expect(
    tested.filter((name) => !isElsewhere(name) && !existsSync(path.join(top, 'src', `${name}.ts`))),
  ).toEqual([]);
  const inBrowser = tested.filter((name) => name.startsWith('browser/')).map((name) => path.basename(name));
  const sources = globSync('{,viewers/}*.ts', { cwd: path.join(top, 'browser/index') }).map((file) =>
    path.basename(file, '.ts'),
  );
  expect(inBrowser.filter((name) => !sources.includes(name))).toEqual([]);
});

test('the table of dependencies lists the packages of package.json, which are all development dependencies', () => {
  const manifest = JSON.parse(readFileSync(path.join(top, 'package.json'), 'utf8')) as {
    dependencies?: object;
    devDependencies: object;
  };
  expect(manifest.dependencies).toBeUndefined();
  expect(firstColumn('Dependencies').sort()).toEqual(Object.keys(manifest.devDependencies).sort());
});
