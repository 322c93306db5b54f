/** Compares the selection with `@actions/glob`, which users know from other actions. */
import { chdir, cwd } from 'node:process';

import { create } from '@actions/glob';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { systemCode } from '../../../src/errors/error.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { select } from './selecting.ts';

async function byToolkit(lines: readonly string[]): Promise<string[] | undefined> {
  const write = process.stdout.write.bind(process.stdout);
  // It prints debug lines.
  process.stdout.write = () => true;
  try {
    const globber = await create(lines.join('\n'), {
      matchDirectories: false,
      implicitDescendants: true,
      followSymbolicLinks: true,
    });
    return (await globber.glob()).sort();
  } catch (error) {
    // `@actions/glob` throws for a line that continues below a file. In this project such a line matches nothing.
    if (systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  } finally {
    process.stdout.write = write;
  }
}

function byUs(folder: TemporaryFolder, lines: readonly string[]): string[] {
  const { files } = select(folder, lines, { root: '/', includeHiddenFiles: true, symlinks: 'follow' });
  return files.map((file) => file.path).sort();
}

/** On Windows, `\` is a separator, and no file has it in its name. */
const forThisSystem = (texts: readonly string[]) =>
  texts.filter((text) => process.platform !== 'win32' || !text.includes('\\'));

const segments = forThisSystem([
  'a',
  'b',
  'ab',
  'a b',
  'a.js',
  'b.txt',
  '[a]',
  'a[',
  '!a',
  '#a',
  'a\\b',
  'ü',
  '.x',
  'A',
  '-',
  '{a,b}',
  '+(a)',
]);
const globs = forThisSystem([
  '*',
  '**',
  '?',
  'a*',
  '*.js',
  '*.txt',
  '?b',
  'a?',
  '[ab]',
  '[!a]',
  '[^a]',
  '[a-c]*',
  '[[]a]',
  'a[[]',
  '**a',
  '[.]x',
  '\\*',
  'a\\\\b',
  '\\#a',
  '\\!a',
  '[a',
  '.*',
  '{a,b}',
  '+(a)',
  '!(a)',
  '*.{js,txt}',
]);

const segment = fc.constantFrom(...segments);
const file = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const trees = fc.array(file, { minLength: 1, maxLength: 12 });
const escape = (name: string) => name.replaceAll('\\', '\\\\').replaceAll('[', '[[]');
const line = fc
  .record({
    bangs: fc.constantFrom('', '', '', '!', '! ', '!!'),
    start: fc.constantFrom('', '', './', '<absolute>/'),
    parts: fc.array(fc.oneof(segment.map(escape), segment, fc.constantFrom(...globs)), {
      minLength: 1,
      maxLength: 4,
    }),
    end: fc.constantFrom('', '', '', '/', '/**'),
  })
  .map(({ bangs, start, parts, end }) => `${bangs}${start}${parts.join('/')}${end}`);
const lines = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: line },
    { weight: 1, arbitrary: fc.constantFrom('# note', '.', './', '**', '<absolute>') },
  ),
  {
    minLength: 1,
    maxLength: 4,
  },
);

describe('the selected files', () => {
  const before = cwd();
  afterEach(() => chdir(before));

  test('are those that @actions/glob finds', async () => {
    await fc.assert(
      fc.asyncProperty(trees, fc.array(lines, { minLength: 4, maxLength: 8 }), async (tree, many) => {
        using place = temporaryFolder();
        chdir(place.path);
        for (const name of tree) {
          try {
            place.files(name);
          } catch {
            // The tree already has a file with the name of a folder, or the other way round.
          }
        }
        for (const given of many) {
          const here = given.map((text) => text.replace('<absolute>', place.path));
          if (!here.some((text) => /^(!\s*!\s*)*[^!#\s]/.test(text))) continue;
          const expected = await byToolkit(here);
          if (expected) expect([here, byUs(place, here)]).toEqual([here, expected]);
        }
      }),
      { numRuns: 60 },
    );
  });
});
