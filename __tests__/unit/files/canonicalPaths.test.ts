import { realpathSync } from 'node:fs';

import { beforeEach, describe, expect, test } from '@jest/globals';

import { createCanonicalPaths } from '../../../src/files/canonicalPaths.ts';
import { failureOf } from '../failure.ts';
import { type TemporaryFolder, foldersForEachTest } from '../folders.ts';
import { names, select } from './selecting.ts';

let folder: TemporaryFolder;
let outside: TemporaryFolder;
foldersForEachTest((first, second) => {
  folder = first;
  outside = second;
});

describe('the canonical path', () => {
  test('of what does not exist starts with the real path of the nearest folder', () => {
    outside.link('work', folder.path);
    const paths = createCanonicalPaths([folder.path, folder.path], undefined);
    expect(paths.real(outside.at('work/none/a'))).toBe(folder.at('none/a'));
  });

  test('of a link in the temporary folder to the checkout starts with the checkout', () => {
    folder.files('_work/repo/a');
    folder.link('alias', '_work/repo');
    folder.link('other', '_work');
    const repo = folder.at('_work/repo');
    const paths = createCanonicalPaths([repo, repo, folder.path], undefined);
    expect(paths.canonical(folder.at('alias/a'))).toBe(folder.at('_work/repo/a'));
    expect(paths.canonical(folder.at('other/b'))).toBe(folder.at('other/b'));
  });

  test('keeps the names of links below the root', () => {
    outside.files('site/real/a');
    outside.link('site/link', 'real');
    const paths = createCanonicalPaths([folder.path, folder.path], outside.at('site'));
    expect(paths.root).toBe(outside.at('site'));
    expect(paths.canonical(outside.at('site/link/a'))).toBe(outside.at('site/link/a'));
  });
});

describe('a folder with two names', () => {
  let alias: string;
  beforeEach(() => {
    outside.link('work', folder.path);
    alias = outside.at('work');
    folder.files('dist/a.js', 'dist/private/key');
  });

  test.each([
    ['dist', (one: string) => `${one}/dist/private/**`],
    ['dist', (one: string) => `${one}/dist/private`],
    ['dist', (one: string) => `${one}/**/private/**`],
  ])('is the same in a line and in an exclusion: %s', (_, exclusion) => {
    for (const cwd of [folder.path, alias]) {
      for (const checkout of [folder.path, alias]) {
        for (const line of ['dist', folder.at('dist'), `${alias}/dist`, `${alias}/dist/**`]) {
          for (const by of [folder.path, alias]) {
            const found = select(folder, [line, `!${exclusion(by)}`], { cwd, checkout });
            expect(names(found)).toEqual(['a.js']);
            expect(found.warnings).toEqual([]);
          }
        }
      }
    }
  });

  test('is the same in a line and as the root', () => {
    for (const cwd of [folder.path, alias]) {
      for (const root of ['.', folder.path, alias, `${alias}/`]) {
        for (const line of ['dist/*', folder.at('dist/*'), `${alias}/dist/*`]) {
          const selection = select(folder, [line, '!dist/private'], { cwd, checkout: cwd, root });
          expect([root, line, names(selection)]).toEqual([root, line, ['dist/a.js']]);
        }
      }
    }
  });

  test('is uploaded once', () => {
    const found = select(folder, ['dist', `${alias}/dist`, folder.at('dist/a.js'), alias], {
      checkout: alias,
    });
    expect(names(found)).toEqual(['dist/a.js', 'dist/private/key']);
    expect(found.files.map((file) => file.path)).toEqual(found.files.map((file) => realpathSync(file.path)));
  });

  test('is the same outside the checkout', () => {
    outside.files('real/site/a', 'real/site/private/b');
    outside.link('link', 'real');
    const lines = [
      outside.at('link/site'),
      outside.at('real/site'),
      `!${outside.at('link/site/private/**')}`,
    ];
    expect(names(select(folder, lines))).toEqual(['a']);
    expect(names(select(folder, lines, { root: outside.at('link') }))).toEqual(['site/a']);
    expect(names(select(folder, lines.slice(1), { root: outside.at('real') }))).toEqual(['site/a']);
  });

  test('can be a link in the line and a real path in the exclusion, and the other way round', () => {
    folder.link('site', 'dist');
    expect(names(select(folder, ['site', '!dist/private/**']))).toEqual(['a.js']);
    expect(names(select(folder, ['dist', '!site/private/**']))).toEqual(['a.js']);
    expect(names(select(folder, ['site/private', '!dist/**']))).toEqual([]);
  });

  test('keeps the name of a link inside the checkout', () => {
    folder.link('dist/latest', 'private');
    expect(names(select(folder, ['dist', '!dist/latest/**']))).toEqual(['a.js', 'private/key']);
  });

  test('may be the working directory', () => {
    for (const line of ['.', alias, `${alias}/`, `${alias}/.`]) {
      const found = select(folder, [line], { cwd: alias, checkout: alias });
      expect(names(found)).toEqual(['dist/a.js', 'dist/private/key']);
    }
  });

  test('is not the file system if the checkout is empty', () => {
    outside.files('elsewhere/a');
    folder.link('dist/link', outside.at('elsewhere'));
    expect(failureOf(() => select(folder, ['dist'], { checkout: '' })).message).toContain(
      outside.at('elsewhere'),
    );
  });
});
