import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { expect, test } from '@jest/globals';

import { rooms } from '../../scripts/dependencies.config.js';

const top = path.resolve(import.meta.dirname, '../..');
const contributing = readFileSync(path.join(top, 'CONTRIBUTING.md'), 'utf8');

/** What stands in backquotes in the first column of the tables of a section. */
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

test('the unit tests are in folders of src, and in one for browser/', () => {
  expect(foldersIn('__tests__/unit').filter((name) => name !== 'browser' && !rooms.includes(name))).toEqual(
    [],
  );
});

test('the table of dependencies lists the packages of package.json', () => {
  const manifest = JSON.parse(readFileSync(path.join(top, 'package.json'), 'utf8')) as {
    dependencies: object;
    devDependencies: object;
  };
  const used = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(firstColumn('Dependencies').sort()).toEqual(used.sort());
});
