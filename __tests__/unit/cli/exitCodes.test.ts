import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect, test } from '@jest/globals';

import { exitCodeOf, exitCodes } from '../../../src/cli/exitCodes.ts';

test('docs/cli.md lists the exit codes', () => {
  const page = readFileSync(path.join(import.meta.dirname, '../../../docs/cli.md'), 'utf8');
  const [, section = ''] = page.split('\n## Exit codes\n');
  const [own = ''] = section.split('\n## ');
  const listed = [...own.matchAll(/^\| (\d+) /gm)].map(([, code]) => Number(code));
  expect(listed).toEqual(Object.values(exitCodes));
});

test('the exit code is by the kind of error', () => {
  expect(exitCodeOf('invalid-input')).toBe(2);
  expect(exitCodeOf('client-secret-rejected')).toBe(3);
  expect(exitCodeOf('workspace-not-found')).toBe(4);
  expect(exitCodeOf('no-files-found')).toBe(5);
  expect(exitCodeOf('unwritable-files')).toBe(5);
  expect(exitCodeOf('storage-denied')).toBe(6);
  expect(exitCodeOf('links-expired')).toBe(6);
  expect(exitCodeOf('unreachable')).toBe(7);
  expect(exitCodeOf('object-exists')).toBe(8);
  expect(exitCodeOf('cancelled')).toBe(130);
  expect(exitCodeOf('unexpected')).toBe(1);
});
