import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect, test } from '@jest/globals';

const top = path.resolve(import.meta.dirname, '../..');

test('dist/ has the licences of all packages in the bundle, also of parts loaded on demand', () => {
  const lines = new Set(readFileSync(path.join(top, 'dist/LICENSES.txt'), 'utf8').split('\n'));
  const [, shipped = ''] = readFileSync(path.join(top, 'CONTRIBUTING.md'), 'utf8').split(' These packages are in the bundle:\n');
  const [table = ''] = shipped.split('\nThese packages are only for development:');
  const listed = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name);
  expect(listed.length).toBeGreaterThan(10);
  const names = [...listed, 'oauth4webapi', 'brace-expansion'];
  expect(names.filter((name) => !lines.has(name))).toEqual([]);
});
