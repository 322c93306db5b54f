import { expect, test } from '@jest/globals';

import { warnAboutFork } from '../../../src/commands/forkWarning.ts';

type Host = Parameters<typeof warnAboutFork>[0];

function warningFor(isForFork: boolean, preview: boolean, types: Readonly<Record<string, string>>) {
  const warnings: unknown[] = [];
  const log = { warning: (code: string, text: unknown) => warnings.push([code, text]) };
  const files = Object.entries(types).map(([name, contentType]) => ({ name, contentType, headers: {} }));
  warnAboutFork({ log, run: { isForFork } } as unknown as Host, preview, files);
  return warnings;
}

const page = { 'a.txt': 'text/plain', 'b\n.html': 'text/html; charset=utf-8' };

test('a run for a fork with a file that browsers execute causes one warning, which names the first such file', () => {
  expect(warningFor(true, false, { ...page, 'c.svg': 'image/svg+xml' })).toEqual([
    ['fork-content', expect.stringContaining('browsers execute: b\\u000a.html (text/html; charset=utf-8).')],
  ]);
});

test('a preview causes the warning even without such a file, and the advice includes it', () => {
  expect(warningFor(true, true, { 'a.txt': 'text/plain' })).toEqual([
    ['fork-content', expect.stringMatching(/browsers execute: a preview\..*, without 'preview'\.$/)],
  ]);
});

test.each([
  ['a run for the repository itself', false, true, page],
  ['a run for a fork without such files', true, false, { 'a.txt': 'text/plain' }],
])('%s causes no warning', (_, isForFork, preview, types) => {
  expect(warningFor(isForFork, preview, types)).toEqual([]);
});
