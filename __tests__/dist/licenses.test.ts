import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect, test } from '@jest/globals';

const top = path.resolve(import.meta.dirname, '../..');

test('dist/ has the licences of all packages in the bundle, also of parts loaded on demand', () => {
  const lines = new Set(readFileSync(path.join(top, 'dist/LICENSES.txt'), 'utf8').split('\n'));
  const { dependencies } = JSON.parse(readFileSync(path.join(top, 'package.json'), 'utf8')) as {
    dependencies: object;
  };
  const names = [...Object.keys(dependencies), 'oauth4webapi', '@octokit/core', 'brace-expansion'];
  expect(names.filter((name) => !lines.has(name))).toEqual([]);
});
