import path from 'node:path';

import { beforeEach, describe, expect, test } from '@jest/globals';

import { failureOf } from '../failure.ts';
import { type TemporaryFolder, foldersForEachTest, temporaryFolder } from '../folders.ts';
import { names, select } from './selecting.ts';

let folder: TemporaryFolder;
let outside: TemporaryFolder;
foldersForEachTest((first, second) => {
  folder = first;
  outside = second;
});

describe('a symbolic link', () => {
  beforeEach(() => {
    folder.files(
      'docs/a.html',
      '.git/config',
      '.git/refs/heads/main',
      '.env',
      '.aws/credentials',
      'x/.kube/config',
    );
  });

  test.each([
    ['to .git', 'docs/history', '../.git'],
    ['into .git', 'docs/history', '../.git/refs'],
    ['to a file in .git', 'docs/history', '../.git/config'],
    ['to .env', 'docs/settings.txt', '../.env'],
    ['to a file in a sensitive folder', 'docs/settings', '../.aws/credentials'],
    ['to a sensitive folder deeper down', 'docs/settings', '../x/.kube'],
  ])('%s publishes nothing', (_, link, target) => {
    folder.link(link, target);
    for (const symlinks of ['inside', 'follow'] as const) {
      for (const includeHiddenFiles of [false, true]) {
        const selection = select(folder, ['docs'], { symlinks, includeHiddenFiles });
        expect(names(selection)).toEqual(['a.html']);
        expect(selection.sensitive).toHaveLength(1);
        expect(selection.sensitive[0]).toContain(folder.at(link));
      }
    }
  });

  test('to another link publishes nothing', () => {
    folder.link('docs/one', 'two');
    folder.link('docs/two', '../three');
    folder.link('three', '.git');
    expect(names(select(folder, ['docs'], { includeHiddenFiles: true }))).toEqual(['a.html']);
    expect(names(select(folder, ['docs/one'], { includeHiddenFiles: true }))).toEqual([]);
  });

  test('that is the line itself, or above it, publishes nothing', () => {
    folder.link('history', '.git');
    for (const line of ['history', 'history/', 'history/**', 'history/refs', 'history/config', 'h*/config']) {
      expect([line, names(select(folder, [line], { includeHiddenFiles: true }))]).toEqual([line, []]);
    }
  });

  test('to a sensitive folder in another letter case publishes nothing', () => {
    folder.files('.Git/config', '.ENV.local');
    folder.link('docs/history', '../.Git');
    folder.link('docs/settings', '../.ENV.local');
    expect(names(select(folder, ['docs'], { includeHiddenFiles: true }))).toEqual(['a.html']);
  });

  test('to a hidden file is left out unless hidden files are included or a line names the target', () => {
    folder.files('.cache/x', 'docs/.y');
    folder.link('docs/cache', '../.cache');
    folder.link('docs/y', '.y');
    expect(names(select(folder, ['docs']))).toEqual(['a.html']);
    expect(select(folder, ['docs']).hidden).toHaveLength(3);
    const all = ['.y', 'a.html', 'cache/x', 'y'];
    expect(names(select(folder, ['docs'], { includeHiddenFiles: true }))).toEqual(all);
    expect(names(select(folder, ['docs', '.cache', 'docs/.y']))).toEqual([
      '.cache/x',
      'docs/.y',
      'docs/a.html',
      'docs/cache/x',
      'docs/y',
    ]);
  });

  test('that is the line itself may lead into a hidden folder', () => {
    folder.files('.output/public/index.html', '.output/public/.x', '.output/public/.env');
    folder.link('dist', '.output/public');
    expect(names(select(folder, ['dist']))).toEqual(['index.html']);
    expect(names(select(folder, ['dist'], { includeHiddenFiles: true }))).toEqual(['.x', 'index.html']);
  });

  test.each(['.pnpm', '.store', '.bun', '.deno'])(
    'from node_modules to the package store does not count as hidden: %s',
    (store) => {
      folder.files(
        `node_modules/${store}/x@1/node_modules/x/a.js`,
        `node_modules/${store}/x@1/node_modules/x/.env`,
      );
      folder.files('docs/node_modules/y', 'node_modules/.cache/b');
      folder.link('docs/node_modules/x', `../../node_modules/${store}/x@1/node_modules/x`);
      folder.link('docs/node_modules/all', '../../node_modules/.cache');
      folder.link('node_modules/x', `${store}/x@1/node_modules/x`);
      expect(names(select(folder, ['docs']))).toEqual(['a.html', 'node_modules/x/a.js', 'node_modules/y']);
      expect(names(select(folder, ['node_modules']))).toEqual(['x/a.js']);
    },
  );

  test('within a hidden folder does not count as hidden if the line itself leads there', () => {
    outside.files('.cache/bazel/out/site/a', 'other/b', '.cache/bazel/external/lib.js', '.cache/bazel/.x/c');
    outside.link('.cache/bazel/out/site/lib.js', '../../external/lib.js');
    outside.link('.cache/bazel/out/site/c', '../../.x/c');
    folder.link('bazel-bin', outside.at('.cache/bazel/out'));
    expect(names(select(folder, ['bazel-bin/site'], { symlinks: 'follow' }))).toEqual(['a', 'lib.js']);
  });

  test('to a file that a line names is followed', () => {
    folder.link('docs/settings', '../.env');
    expect(names(select(folder, ['docs', '.env']))).toEqual(['.env', 'docs/a.html', 'docs/settings']);
    folder.link('docs/.npmrc', '../.aws/credentials');
    expect(names(select(folder, ['docs/.npmrc']))).toEqual([]);
  });

  test.each(['dist', 'dist/', 'dist/**', 'dist/tree', './dist/tree/*', 'd[i]st/tree/a'])(
    'out of the checkout is an error if it is the line itself, or above it: %s',
    (line) => {
      outside.files('tree/a');
      folder.link('dist', outside.path);
      const { message } = failureOf(() => select(folder, [line]));
      expect(message).toContain(folder.at('dist'));
      expect(message).toContain('outside the root and the checkout');
      expect(failureOf(() => select(folder, [line], { root: 'dist' })).message).toBe(message);
      expect(failureOf(() => select(folder, [line], { root: '.' })).message).toBe(message);
      expect(names(select(folder, [line], { symlinks: 'follow', root: 'dist' }))).toEqual(['tree/a']);
      expect(names(select(folder, [line], { symlinks: 'skip' }))).toEqual([]);
      expect(select(folder, [line], { symlinks: 'skip' }).skippedLinks).toHaveLength(1);
    },
  );

  test('that is the line itself is followed within the checkout', () => {
    folder.files('build/out/a');
    folder.link('dist', 'build/out');
    for (const line of ['dist', 'dist/', 'dist/**', 'dist/a']) {
      expect([line, names(select(folder, [line]))]).toEqual([line, ['a']]);
    }
    expect(names(select(folder, ['dist'], { root: '.' }))).toEqual(['dist/a']);
    expect(names(select(folder, ['build/out'], { root: 'dist' }))).toEqual(['a']);
  });

  test('out of the temporary folder of the runner follows the same rule', () => {
    using temp = temporaryFolder();
    outside.files('sub/a');
    temp.link('site', outside.path);
    temp.files('real/a');
    const rules = { temp: temp.path };
    expect(failureOf(() => select(folder, [temp.at('site/sub')], rules)).message).toContain('symbolic link');
    expect(names(select(folder, [temp.at('real')], rules))).toEqual(['a']);
  });
});

describe('an exclusion of a real path', () => {
  beforeEach(() =>
    folder.files('docs/a.html', 'private/key', 'private/deep/key', 'private/open.txt', 'b.map'),
  );

  test.each([
    [['.', '!private/**'], '../private'],
    [['.', '!private'], '../private'],
    [['.', '!**/private/**'], '../private'],
    [['docs', '!private/**'], '../private'],
    [['.', '!private/deep/**', '!private/*'], '../private'],
    [['.', '!private/**'], '../private/deep'],
    [['.', '!**/key', '!private/open.txt'], '../private'],
  ])('holds for a folder behind a link: %j, %s', (lines, target) => {
    folder.link('docs/x', target);
    const selection = select(folder, lines);
    expect(names(selection).filter((name) => /x\/|private/.test(name))).toEqual([]);
    expect(names(selection)).toContain(lines[0] === 'docs' ? 'a.html' : 'docs/a.html');
    expect(selection.excludedTargets.join()).toContain(`${folder.at('docs/x')}${path.sep}`);
    expect(selection.warnings).toEqual([]);
  });

  test('holds for a file behind a link, and behind a link to a link', () => {
    folder.link('docs/x.txt', '../private/key');
    folder.link('docs/y.txt', 'x.txt');
    const selection = select(folder, ['.', '!private/**', '!*.map']);
    expect(names(selection)).toEqual(['docs/a.html']);
    expect([...selection.excludedTargets].sort()).toEqual([
      `${folder.at('docs/x.txt')} (a link to ${folder.at('private/key')})`,
      `${folder.at('docs/y.txt')} (a link to ${folder.at('private/key')})`,
    ]);
  });

  test('leaves the rest of the folder behind the link', () => {
    folder.link('docs/x', '../private');
    expect(names(select(folder, ['docs', '!private/**/key']))).toEqual(['a.html', 'x/open.txt']);
    expect(names(select(folder, ['docs', '!private/**', 'private/open.txt']))).toEqual([
      'docs/a.html',
      'docs/x/open.txt',
      'private/open.txt',
    ]);
  });

  test('gives way to a later line that names the link', () => {
    folder.link('docs/x', '../private');
    const found = ['a.html', 'x/deep/key', 'x/key', 'x/open.txt'];
    expect(names(select(folder, ['docs', '!private/**', 'docs/x']))).toEqual(found);
    expect(names(select(folder, ['!private/**', 'docs']))).toEqual(found);
  });

  test('works without listing the folder behind the link', () => {
    folder.link('docs/x', '../private');
    // If the walk listed the folder, the link in it would be an error.
    folder.link('private/stray', '/etc');
    expect(names(select(folder, ['docs', '!private/**']))).toEqual(['a.html']);
  });

  test('does not work the other way: an exclusion of the link leaves the file under its real path', () => {
    folder.link('docs/x', '../private');
    expect(names(select(folder, ['.', '!docs/x/**', '!*.map']))).toEqual([
      'docs/a.html',
      'private/deep/key',
      'private/key',
      'private/open.txt',
    ]);
  });
});
