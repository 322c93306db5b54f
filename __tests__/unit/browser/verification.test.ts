import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';

import { expect, test } from '@jest/globals';

import { filesOf } from '../../../browser/index/files.ts';
import { verifyCommands } from '../../../browser/index/verification.ts';
import { temporaryFolder } from '../folders.ts';
import { contentsOf } from './files.ts';

const run = 'https://github.com/acme/atlas/actions/runs/7';

/** The commands for each of these files, by term. */
function commandsOf(names: readonly string[], sums: readonly string[] = [], url: string | null = run) {
  const commands = verifyCommands(filesOf(contentsOf(names, { sums })), url);
  return names.map((_, file) =>
    Object.fromEntries(commands(file).map(({ term, command }) => [term, command])),
  );
}

test('without a digest and an attestation there is no command', () => {
  expect(commandsOf(['a.txt', 'sub/b.txt'])).toEqual([{}, {}]);
});

test('an attestation is for its folder and for the folders below it', () => {
  const names = [
    'a.txt',
    'one/b.txt',
    'one/c.sigstore.json',
    'one/two/-d e.txt',
    'x.sigstore.json',
    'y/z.txt',
  ];
  const verify = (rest: string) => ({ Verify: `gh attestation verify ${rest}` });
  expect(commandsOf(names)).toEqual([
    verify('a.txt --repo acme/atlas --bundle x.sigstore.json'),
    verify('b.txt --repo acme/atlas --bundle c.sigstore.json'),
    {},
    verify(`'./-d e.txt' --repo acme/atlas --bundle c.sigstore.json`),
    {},
    verify('z.txt --repo acme/atlas --bundle x.sigstore.json'),
  ]);
  for (const url of [
    null,
    'https://github.example/a/b/actions/runs/7',
    `https://github.com/a/$(id)/actions/runs/7`,
  ])
    expect(commandsOf(names, [], url)[0]).toEqual(verify('a.txt --repo OWNER/REPO --bundle x.sigstore.json'));
});

test('names that a terminal could misread have no command', () => {
  for (const name of ['a\nid', 'a\rid', 'a\u001b[2J', 'a\\b', 'a\u202eb'])
    expect(commandsOf([name, 'x.sigstore.json'], [hash('sha256', name), ''])).toEqual([{}, {}]);
});

(process.platform === 'linux' ? test : test.skip)('a shell runs the comparison for any other name', () => {
  const names = [
    'a.txt',
    `it's`,
    '$(id)',
    '`id`',
    'a b',
    ' a',
    '*',
    '-c',
    '"',
    'été 🛰',
    '#',
    '!x',
    '~',
    'a;id',
  ];
  using folder = temporaryFolder();
  folder.files(...names);
  const commands = commandsOf(
    names,
    names.map((name) => hash('sha256', name)),
  );
  for (const [index, { Compare = '' }] of commands.entries())
    expect(execFileSync('sh', ['-c', Compare], { cwd: folder.path, encoding: 'utf8' })).toBe(
      `${names[index]}: OK\n`,
    );
  const [{ Compare = '' } = {}] = commandsOf(['a.txt'], [hash('sha256', 'other')]);
  expect(() => execFileSync('sh', ['-c', Compare], { cwd: folder.path, stdio: 'pipe' })).toThrow(
    /FAILED|did NOT/,
  );
});
