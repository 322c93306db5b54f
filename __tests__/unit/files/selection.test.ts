import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:net';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { failureOf } from '../failure.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { names, select } from './selecting.ts';

const testPosix = process.platform === 'win32' ? test.skip : test;
/** Names that Windows does not have. */
const posixNames = (...names: string[]) => (process.platform === 'win32' ? [] : names);
const testPermissions = process.platform === 'win32' ? test.skip : test;

/** Root may list any folder, so the test runs as another user. */
function asOrdinaryUser<T>(run: () => T): T {
  if (process.geteuid?.() !== 0) return run();
  chmodSync(folder.path, 0o755);
  process.seteuid?.('nobody');
  try {
    return run();
  } finally {
    process.seteuid?.(0);
  }
}

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

describe('root', () => {
  test('is the folder given as the only line', () => {
    folder.files('dist/a.js', 'dist/sub/b.js');
    expect(select(folder, ['dist'])).toMatchObject({ root: folder.at('dist') });
    expect(names(select(folder, ['dist']))).toEqual(['a.js', 'sub/b.js']);
  });

  test('is the folder of a single file', () => {
    folder.files('dist/sub/b.js');
    expect(names(select(folder, ['dist/sub/b.js']))).toEqual(['b.js']);
    expect(names(select(folder, ['dist/sub/b.js', './dist/sub/b.js']))).toEqual(['b.js']);
  });

  test('is the folder before the first wildcard', () => {
    folder.files('dist/sub/b.js', 'dist/c/d/e.js');
    expect(names(select(folder, ['dist/*/**/*.js']))).toEqual(['c/d/e.js', 'sub/b.js']);
  });

  test('is the nearest folder above all lines that include files', () => {
    folder.files('out/a/x.js', 'out/b/x.js', 'other/y.js');
    expect(names(select(folder, ['out/a', 'out/b/x.js', '!other']))).toEqual(['a/x.js', 'b/x.js']);
  });

  test('is the only search path, even if it does not exist', () => {
    expect(select(folder, ['none']).root).toBe(folder.at('none'));
  });

  test('is also above search paths that do not exist', () => {
    folder.files('out/a/x.js');
    expect(names(select(folder, ['out/a', 'missing/b']))).toEqual(['out/a/x.js']);
  });

  test('is the input, as a path relative to the working directory or as an absolute path', () => {
    folder.files('out/a/x.js');
    expect(names(select(folder, ['out/a'], { root: '.' }))).toEqual(['out/a/x.js']);
    expect(names(select(folder, ['out/a'], { root: './out/' }))).toEqual(['a/x.js']);
    expect(names(select(folder, ['out/a'], { root: folder.at('out') }))).toEqual(['a/x.js']);
    expect(names(select(folder, ['out/a'], { cwd: folder.at('out'), root: '..', lines: ['a'] }))).toEqual([
      'out/a/x.js',
    ]);
  });

  test.each(['#1', '!odd', 'a[b]c', 'a b', '[', ']', ...posixNames('a*', 'x?', 'a\\b')])(
    'is used literally: %s',
    (name) => {
      folder.files(`${name}/f.txt`);
      expect(select(folder, ['.'], { root: name, lines: [`${folder.path}/**/f.txt`] })).toMatchObject({
        root: folder.at(name),
        files: [{ name: 'f.txt' }],
      });
    },
  );

  test('gives an error that lists every file outside it', () => {
    folder.files('out/a.js', 'src/b.js', 'src/c.js');
    const error = failureOf(() => select(folder, ['out', 'src'], { root: 'out' }));
    expect(error.code).toBe('files-outside-root');
    expect(error.details).toEqual([
      `- ${folder.at('src/b.js')} is outside the root`,
      `- ${folder.at('src/c.js')} is outside the root`,
    ]);
    expect(error.hint).toContain(folder.at('out'));
  });

  test('does not contain a folder whose name starts with the same letters', () => {
    folder.files('dist-old/a.js');
    expect(failureOf(() => select(folder, ['dist-old'], { root: 'dist' })).message).toContain(
      'outside the root',
    );
  });
});

describe('lines', () => {
  test('win over earlier lines', () => {
    folder.files('a.js', 'a.map', 'b.map');
    expect(names(select(folder, ['.', '!*.map', 'b.map']))).toEqual(['a.js', 'b.map']);
    expect(names(select(folder, ['b.map', '.', '!*.map']))).toEqual(['a.js']);
  });

  test('with braces or brackets that match nothing give a warning that explains them', () => {
    folder.files('dist/a.js', 'report [1].txt');
    expect(select(folder, ['dist', 'report [1].txt', 'dist/{a,b}.js']).warnings).toEqual([
      `No file matches the line 'report [1].txt' of 'path': '[…]' matches one of the characters in it, write '[[]' for a bracket`,
      `No file matches the line 'dist/{a,b}.js' of 'path': braces are not supported, write a line for each name`,
    ]);
    expect(names(select(folder, ['report [[]1].txt']))).toEqual(['report [1].txt']);
  });

  test('that match nothing give a warning each', () => {
    folder.files('a.js', 'file/b');
    const { warnings, warningCodes } = select(folder, ['*.js', '*.css', 'none', '!nothing', 'a.js/below']);
    expect(new Set(warningCodes)).toEqual(new Set(['unmatched-path']));
    expect(warnings).toEqual([
      `No file matches the line '*.css' of 'path'`,
      `No file matches the line 'none' of 'path': there is no ${folder.at('none')}`,
      `No file matches the line 'a.js/below' of 'path': there is no ${folder.at('a.js/below')}`,
    ]);
  });

  test('that continue below a file match nothing', () => {
    folder.files('a.js');
    expect(select(folder, ['a.js/below', 'a.js/*.js'])).toMatchObject({
      files: [],
      warnings: [
        `No file matches the line 'a.js/below' of 'path': there is no ${folder.at('a.js/below')}`,
        `No file matches the line 'a.js/*.js' of 'path'`,
      ],
    });
    expect(select(folder, ['a.js/below']).warnings).toHaveLength(1);
  });

  test('that match the same file select it once', () => {
    folder.files('a/b/c.js');
    expect(names(select(folder, ['a', 'a/b', 'a/b/c.js', 'a/**']))).toEqual(['b/c.js']);
  });

  test('with a dot between slashes match the same files as without', () => {
    folder.files('a/b/c.js');
    expect(names(select(folder, ['a/./b/*.js', '!./x']))).toEqual(['c.js']);
    expect(names(select(folder, ['*/./b/*.js']))).toEqual(['a/b/c.js']);
  });

  test('may name a link, which keeps its name', () => {
    folder.files('real/a.js');
    folder.link('link', 'real');
    expect(names(select(folder, ['link']))).toEqual(['a.js']);
    expect(names(select(folder, ['link/*.js', 'real']))).toEqual(['link/a.js', 'real/a.js']);
  });
});

describe('an exclusion', () => {
  test('keeps the walk out of the folders that it covers', () => {
    // If the walk listed them, the links out of the checkout would be errors.
    for (const name of ['node_modules', 'packages/a/node_modules', 'deep/node_modules/x/y']) {
      folder.link(`${name}/stray`, '/etc');
    }
    folder.files('a.js', 'packages/a/b.js');
    for (const line of ['!**/node_modules/**', '!**/node_modules', '!**/node_modules/']) {
      expect(names(select(folder, ['.', line]))).toEqual(['a.js', 'packages/a/b.js']);
    }
  });

  testPermissions('does not even list such a folder (needs POSIX permissions)', () => {
    folder.files('a.js', 'node_modules/b.js');
    chmodSync(folder.at('node_modules'), 0o000);
    for (const line of ['!**/node_modules/**', '!node_modules/**', '!node_modules']) {
      const found = asOrdinaryUser(() => select(folder, ['.', line]));
      expect(names(found)).toEqual(['a.js']);
    }
    chmodSync(folder.at('node_modules'), 0o700);
  });

  test('of a folder keeps files below it that a later line names', () => {
    folder.files('a/x', 'a/b/y', 'a/b/z');
    expect(names(select(folder, ['a', '!a/b', 'a/b/z']))).toEqual(['b/z', 'x']);
  });
});

describe('an exclusion that can never match', () => {
  beforeEach(() => folder.files('docs/build/html/a.js', 'docs/build/html/a.map', 'docs/b'));

  test.each([
    ['docs/build/html', '!*.map', '/*.map', `write '!**/*.map'`],
    ['docs/build/html/', '!a.map', '/a.map', `write '!**/a.map'`],
    ['docs/build/html/**', '!build/**', '/build/**', `write '!**/build/**'`],
    ['docs/build/html', '! ./docs/*.map', '/docs/*.map', `write '!**/docs/*.map'`],
    ['docs/build/html', '!../*.map', '/*.map', `no line includes files there`],
    ['docs/build/html/a.js', '!docs/build/html/a.map', '/docs/build/html/a.map', 'no line'],
    ['docs', '!docs/**/*.{map,txt}', ': braces are not supported', 'write a line for each'],
  ])('gives a warning that says what it is compared with: %s and %s', (line, exclusion, compared, advice) => {
    const { warnings } = select(folder, [line, exclusion]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`Nothing is excluded by the line '${exclusion}' of 'path'`);
    expect(warnings[0]).toContain(compared);
    expect(warnings[0]).toContain(advice);
  });

  test('because a later line wins gives a warning', () => {
    expect(select(folder, ['!docs/b', 'docs']).warnings).toEqual([
      `Nothing is excluded by the line '!docs/b' of 'path': a later line wins, and 'docs' comes after it. Move the exclusion below that line`,
    ]);
    expect(select(folder, ['docs/build', '!docs/b', 'docs']).warnings).toHaveLength(1);
  });

  test.each([
    ['docs/build/html', '!**/*.map'],
    ['docs/build/html', '!**/none'],
    ['docs', '!docs/none'],
    ['docs/*.js', '!docs/none/**'],
    ['docs/b', '!docs/*'],
    ['docs/b', '!d*'],
    ['docs', '!.'],
    ['.', '!none'],
  ])('does not include one that could match other files: %s and %s', (line, exclusion) => {
    const warnings = select(folder, [line, exclusion]).warnings;
    expect(warnings.filter((warning) => warning.includes('Nothing is excluded'))).toEqual([]);
  });
});

describe('a line that matches nothing', () => {
  const whyOf = (line: string) => select(folder, [line]).warnings.join();

  testPosix('with \\ between folders gives a warning to use / (needs POSIX paths)', () => {
    folder.files('site/css/a.css');
    expect(whyOf('site\\css')).toContain(`write 'site/css'`);
    expect(whyOf('.\\site\\**')).toContain(`write './site/**'`);
    expect(select(folder, ['.', '!site\\css\\**']).warnings).toEqual([
      expect.stringContaining(`write '!site/css/**'`),
    ]);
    folder.files('a*b', 'c d');
    expect(select(folder, ['a\\*b', 'c\\ d']).warnings).toEqual([]);
    expect(select(folder, ['.', '!a\\*c']).warnings).toEqual([]);
  });

  test.each([
    ['dits', 'dist'],
    ['Dist', 'dist'],
    ['dist/asets', 'assets'],
    ['dist/assets/ap.js', 'app.js'],
    ['buid/html/**', 'build-output'],
    ['dits/assets/app.js', 'dist'],
  ])('gives a warning with the nearest existing name: %s, %s', (line, name) => {
    folder.files('dist/assets/app.js', 'build-output/x', 'unrelated');
    if (process.platform === 'linux' || line !== 'Dist')
      expect(whyOf(line)).toContain(`did you mean '${name}'?`);
    expect(whyOf('something/else')).not.toContain('did you mean');
  });

  test('gives a warning that says if the folder is empty', () => {
    folder.folder('dist/sub/deep');
    for (const line of ['dist', 'dist/**', 'dist/sub/*.js'])
      expect(whyOf(line)).toMatch(/the folder .* is empty$/);
    folder.files('dist/sub/x');
    expect(whyOf('dist/*.js')).not.toContain('empty');
    expect(select(folder, ['dist', '!dist/**']).warnings.join()).not.toContain('empty');
  });
});

describe('hidden files', () => {
  beforeEach(() =>
    folder.files(
      'a.js',
      '.hidden',
      '.next/static/b.js',
      '.next/.cache/c',
      'www/.well-known/acme/d',
      'www/.x/e',
    ),
  );

  test('are left out and reported', () => {
    const selection = select(folder, ['.']);
    expect(names(selection)).toEqual(['a.js']);
    expect([...selection.hidden].sort()).toEqual([
      folder.at('.hidden'),
      folder.at('.next/'),
      folder.at('www/.well-known/'),
      folder.at('www/.x/'),
    ]);
  });

  test('are included with include-hidden-files', () => {
    expect(names(select(folder, ['.'], { includeHiddenFiles: true }))).toHaveLength(6);
  });

  test.each([
    [['.next/static'], ['b.js']],
    [['.next'], ['static/b.js']],
    [['.hidden'], ['.hidden']],
    [['**/.well-known/**'], ['www/.well-known/acme/d']],
    [['www', 'www/**/.well-known/**'], ['.well-known/acme/d']],
    [
      ['.', '**/.well-known/**'],
      ['a.js', 'www/.well-known/acme/d'],
    ],
    [['.*'], ['.hidden', '.next/.cache/c', '.next/static/b.js']],
    [['.next/**/.cache/*'], ['.cache/c']],
    [['*/*/*/d'], []],
    [['www/**'], []],
  ])('are included if a line spells them out: %j', (lines, found) => {
    expect(names(select(folder, lines))).toEqual(found);
  });

  test('do not include folders above the search path', () => {
    const { files } = select(folder, ['static'], { cwd: folder.at('.next') });
    expect(files.map(({ name }) => name)).toEqual(['b.js']);
  });
});

describe('sensitive files', () => {
  const secret = ['.git/config', '.env', 'sub/.env.local', '.envrc', 'gha-creds-0a1b.json', 'sub/.git'];
  beforeEach(() => folder.files('a.js', '.github/x', 'gha-creds.json', ...secret));

  test('are left out even with include-hidden-files', () => {
    const selection = select(folder, ['.', '**', '*', '.*', '**/*.json'], { includeHiddenFiles: true });
    expect(names(selection)).toEqual(['.github/x', 'a.js', 'gha-creds.json']);
    expect(selection.sensitive).toContain(folder.at('.git/'));
    expect(selection.sensitive).toContain(folder.at('gha-creds-0a1b.json'));
    expect(selection.hidden).toEqual([]);
  });

  test.each([
    ['.git', ['config']],
    ['**/.git/*', ['.git/config']],
    ['.env', ['.env']],
    ['**/.env*', ['.env', '.envrc', 'sub/.env.local']],
    ['.env.*', []],
    ['gha-creds-*.json', ['gha-creds-0a1b.json']],
    ['gha-creds-0a1b.json', ['gha-creds-0a1b.json']],
    ['gha*', ['gha-creds.json']],
    ['.g*', ['.github/x']],
  ])('are included if a line names them: %s', (line, found) => {
    expect(names(select(folder, [line]))).toEqual(found);
  });
});

describe('symbolic links', () => {
  let outside: TemporaryFolder;
  beforeEach(() => {
    outside = temporaryFolder();
    outside.files('secret', 'tree/a');
    folder.files('dist/a', 'shared/lib/b');
  });
  afterEach(() => outside[Symbol.dispose]());

  test('within the root are followed', () => {
    folder.link('dist/copy', 'a');
    expect(select(folder, ['dist']).files).toMatchObject([{ name: 'a' }, { name: 'copy', size: 6 }]);
  });

  test('to a sibling of the root within the checkout are followed', () => {
    folder.link('dist/lib', '../shared/lib');
    expect(names(select(folder, ['dist']))).toEqual(['a', 'lib/b']);
  });

  test('out of root and checkout give an error that names link and target', () => {
    folder.link('dist/file', outside.at('secret'));
    folder.link('dist/tree', outside.at('tree'));
    const { code, details, hint } = failureOf(() => select(folder, ['dist']));
    expect(code).toBe('unusable-files');
    expect(details).toHaveLength(2);
    expect(details[0]).toContain(folder.at('dist/file'));
    expect(details[0]).toContain(outside.at('secret'));
    expect(hint).toContain("'symlinks'");
  });

  test('out of both give no error if no line includes them', () => {
    folder.link('dist/file', outside.at('secret'));
    folder.link('dist/tree', outside.at('tree'));
    expect(names(select(folder, ['dist', '!dist/file', '!dist/tree']))).toEqual(['a']);
  });

  test('above a search path follow the same rule', () => {
    folder.link('report', outside.path);
    const error = failureOf(() => select(folder, ['dist', 'report/tree']));
    expect(error.message).toContain(outside.at('tree'));
    expect(names(select(folder, ['dist', 'report/tree'], { symlinks: 'follow' }))).toEqual([
      'dist/a',
      'report/tree/a',
    ]);
  });

  test('out of both are followed with follow', () => {
    folder.link('dist/tree', outside.at('tree'));
    expect(names(select(folder, ['dist'], { symlinks: 'follow' }))).toEqual(['a', 'tree/a']);
  });

  test('to files and folders are left out and reported with skip', () => {
    folder.link('dist/lib', '../shared/lib');
    folder.link('dist/copy', 'a');
    const { files, skippedLinks } = select(folder, ['dist'], { symlinks: 'skip' });
    expect(files.map(({ name }) => name)).toEqual(['a']);
    expect([...skippedLinks].sort()).toEqual([folder.at('dist/copy'), folder.at('dist/lib')]);
  });

  test.each(['inside', 'follow'] as const)('in a loop are an error with %s', (symlinks) => {
    folder.link('dist/sub/up', '..');
    const { message, details } = failureOf(() => select(folder, ['dist'], { symlinks }));
    expect(message).toBe(
      `${folder.at('dist/sub/up')} is a symbolic link back to ${folder.at('dist')}: a loop`,
    );
    expect(details).toEqual([]);
    folder.link('dist/self', 'self');
    expect(failureOf(() => select(folder, ['dist/self'], { symlinks })).message).toContain('form a loop');
  });

  test.each(['inside', 'follow'] as const)(
    'to a folder above the search path are a loop with %s',
    (symlinks) => {
      folder.link('dist/up', '..');
      expect(failureOf(() => select(folder, ['dist'], { symlinks })).message).toContain('a loop');
    },
  );

  test('that lead to each other are a loop', () => {
    folder.link('x/to-y', '../y');
    folder.link('y/to-x', '../x');
    expect(failureOf(() => select(folder, ['x'])).message).toContain('is a symbolic link back to');
  });

  test('to the same folder are not a loop', () => {
    folder.link('dist/one', '../shared');
    folder.link('dist/two', '../shared');
    expect(names(select(folder, ['dist']))).toEqual(['a', 'one/lib/b', 'two/lib/b']);
  });

  test('that are broken give a warning if a line includes them', () => {
    folder.link('dist/broken', 'nowhere');
    const { warnings } = select(folder, ['dist']);
    expect(warnings).toEqual([`${folder.at('dist/broken')} is a broken symbolic link: left out`]);
    expect(select(folder, ['dist/a*']).warnings).toEqual([]);
  });

  test('may be part of the path of an exclusion', () => {
    folder.link('dist/lib', '../shared/lib');
    expect(names(select(folder, ['dist', '!dist/lib/b']))).toEqual(['a']);
  });
});

describe('something else than a file', () => {
  testPosix('a named pipe is left out with a warning (needs named pipes)', () => {
    folder.files('a');
    execFileSync('mkfifo', [folder.at('pipe')]);
    const selection = select(folder, ['.']);
    expect(names(selection)).toEqual(['a']);
    expect(selection.warnings).toEqual([`${folder.at('pipe')} is a named pipe, not a file: left out`]);
    expect(select(folder, ['a']).warnings).toEqual([]);
  });

  testPosix(
    'a socket is left out with a warning, also behind a link (needs sockets in folders)',
    async () => {
      const server: Server = createServer();
      await new Promise<void>((done) => server.listen(folder.at('socket'), done));
      folder.link('link', 'socket');
      const { files, warnings } = select(folder, ['.']);
      server.close();
      expect(files).toEqual([]);
      expect([...warnings].sort()).toEqual(
        [
          `${folder.at('link')} is a socket, not a file: left out`,
          `${folder.at('socket')} is a socket, not a file: left out`,
          `No file matches the line '.' of 'path'`,
        ].slice(0, 2),
      );
    },
  );

  testPermissions('a folder that may not be listed is an error (needs POSIX permissions)', () => {
    folder.files('a', 'closed/b');
    chmodSync(folder.at('closed'), 0o000);
    const failure = asOrdinaryUser(() => failureOf(() => select(folder, ['.'])));
    expect(failure.message).toBe(`${folder.at('closed')} cannot be listed: permission denied`);
    chmodSync(folder.at('closed'), 0o700);
  });
});

describe('names', () => {
  const longest = `${'n'.repeat(251)}.txt`;
  const odd = [
    'ä composed',
    'a\u0308 decomposed'.normalize('NFD'),
    '🛰️',
    longest,
    ...posixNames('new\nline', 'a\\b', 'a:b'),
    ' x',
    '-rf',
    '%2e',
    '‮gpj.exe',
  ];

  test('of any kind stay unchanged', () => {
    folder.files(...odd);
    expect(names(select(folder, ['.'])).sort()).toEqual([...odd].sort());
  });

  test('in two Unicode normal forms are two files', () => {
    folder.files('é'.normalize('NFC'), 'é'.normalize('NFD'));
    expect(names(select(folder, ['.']))).toHaveLength(2);
  });

  testPosix.each([
    ['file', (name: Buffer) => writeFileSync(name, '')],
    ['folder', (name: Buffer) => mkdirSync(name)],
    ['link', (name: Buffer) => symlinkSync('a', name)],
  ])('of a %s that are not valid UTF-8 give an error that says so (needs POSIX file names)', (_, make) => {
    folder.files('a');
    make(Buffer.concat([Buffer.from(folder.at('bad-')), Buffer.from([0xff, 0xfe])]));
    expect(failureOf(() => select(folder, ['.'])).message).toContain('not valid UTF-8');
    expect(names(select(folder, ['a']))).toEqual(['a']);
  });

  testPosix('cannot write workflow commands into a message (needs POSIX file names)', () => {
    folder.link('dist/x\n::error::y', '/etc');
    expect(failureOf(() => select(folder, ['dist'])).message).not.toMatch(/\n/);
  });

  test('have what identifies them', () => {
    folder.files('a', 'b', 'c');
    chmodSync(folder.at('b'), 0o600);
    folder.link('d', 'a');
    for (const { name, path, mode, dev, ino, linked } of select(folder, ['.']).files) {
      const stats = statSync(folder.at(name));
      expect({ path, dev, ino, linked }).toEqual({
        path: folder.at(name),
        dev: stats.dev,
        ino: stats.ino,
        linked: name === 'd',
      });
      expect(mode).toBe(process.platform === 'win32' ? undefined : stats.mode);
    }
  });

  test('are sorted, with size and modification time', () => {
    folder.files('b', 'a/z', 'a/b', 'C');
    const { files } = select(folder, ['.']);
    expect(files.map(({ name, size }) => [name, size])).toEqual([
      ['C', 1],
      ['a/b', 3],
      ['a/z', 3],
      ['b', 1],
    ]);
    expect(Math.abs(Date.now() - (files[0]?.mtimeMs ?? 0))).toBeLessThan(60_000);
  });
});

test('a long list of errors is cut and says how many are missing', () => {
  folder.files(...Array.from({ length: 60 }, (_, index) => `src/${index}`), 'dist/a');
  const error = failureOf(() => select(folder, ['src', 'dist'], { root: 'dist' }));
  expect(error.message).toContain('60 file');
  expect(error.details).toHaveLength(51);
  expect(error.details.at(-1)).toBe('- … and 10 more');
});
