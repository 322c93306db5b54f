import { execFileSync } from 'node:child_process';
import { lstatSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';

import { inspectTarget } from '../../../src/files/target.ts';
import { type TemporaryFolder, foldersForEachTest } from '../folders.ts';

const testPosix = process.platform === 'win32' ? test.skip : test;

let folder: TemporaryFolder;
let outside: TemporaryFolder;
foldersForEachTest((first, second) => {
  folder = first;
  outside = second;
});

const nothing = { files: new Map(), problems: [] };

describe('the folder of a download', () => {
  test('may be missing, and nothing in it exists then', () => {
    folder.files('a');
    expect(inspectTarget(folder.at('x/y'), ['a', 'd/b'])).toEqual({
      folder: folder.at('x/y'),
      existing: folder.path,
      ...nothing,
    });
  });

  test('may be a link to a folder, or below one', () => {
    outside.link('link', folder.path);
    const place = { existing: folder.path, ...nothing };
    expect(inspectTarget(outside.at('link'), ['a'])).toEqual({ ...place, folder: folder.path });
    expect(inspectTarget(outside.at('link/x/y'), ['a'])).toEqual({ ...place, folder: folder.at('x/y') });
  });

  test.each([['file'], ['file/x'], ['broken'], ['broken/x/y']])('cannot be %s', (name) => {
    folder.files('file');
    folder.link('broken', 'nowhere');
    const above = folder.at(name.split('/')[0] ?? '');
    expect(inspectTarget(folder.at(name), ['a'])).toEqual({
      folder: folder.at(name),
      existing: above,
      files: new Map(),
      problems: [`${above} is not a folder`],
    });
  });
});

describe('the files of a download', () => {
  test('are found with what identifies them', () => {
    folder.files('a', 'd/e/bc', 'other');
    const { files, problems } = inspectTarget(folder.path, ['a', 'd/e/bc', 'd/e/missing', 'm/b']);
    const found = (name: string) => {
      const { size, mtimeMs, dev, ino } = lstatSync(folder.at(name));
      return { file: { path: folder.at(name), size, mtimeMs, dev, ino, linked: false } };
    };
    expect(Object.fromEntries(files)).toEqual({ a: found('a'), 'd/e/bc': found('d/e/bc') });
    expect(problems).toEqual([]);
  });

  test('replace links, which are never followed', () => {
    outside.files('secret');
    folder.link('to-file', outside.at('secret'));
    folder.link('broken', 'nowhere');
    const { files, problems } = inspectTarget(folder.path, ['to-file', 'broken']);
    expect(Object.fromEntries(files)).toEqual({
      'to-file': { file: undefined },
      broken: { file: undefined },
    });
    expect(problems).toEqual([]);
  });

  test('cannot be below a link or a file, which is reported once', () => {
    folder.link('link', outside.path);
    folder.files('file');
    const names = ['link/a', 'link/b/c', 'file/a', 'file/b'];
    expect(inspectTarget(folder.path, names)).toMatchObject({
      files: new Map(),
      problems: [
        `'link' is a symbolic link, and a download never follows links below its folder`,
        `'file' is a file, and the download needs a folder there`,
      ],
    });
  });

  test('cannot have the name of a folder, or a name that is too long', () => {
    folder.folder('d');
    const long = 'n'.repeat(300);
    const { files, problems } = inspectTarget(folder.path, ['d', long]);
    expect(files.size).toBe(0);
    expect(problems).toEqual([
      `'d' is a folder, and the download needs a file there`,
      expect.stringMatching(/^'n{300}' cannot be accessed: .*ENAMETOOLONG/),
    ]);
  });

  testPosix('cannot have the name of a named pipe (needs named pipes)', () => {
    execFileSync('mkfifo', [folder.at('pipe')]);
    expect(inspectTarget(folder.path, ['pipe']).problems).toEqual([
      `'pipe' is a device, socket or named pipe, and the download needs a file there`,
    ]);
  });
});
