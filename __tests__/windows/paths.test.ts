import { beforeAll, describe, expect, test } from '@jest/globals';

import { onEmbeddedPlatform } from '../integration/embedded.ts';
import { errorOf, warningsOf } from '../support/subject.ts';
import { checkout, expectSuccess, runOnWindows, storedNames } from './actions.ts';
import { useWindows } from './machine.ts';

const subject = onEmbeddedPlatform();
const windows = useWindows();

const win = String.raw;
const home = win`C:\Users\runneradmin`;
const deep = `${'x'.repeat(100)}/${'y'.repeat(100)}/${'z'.repeat(110)}/f.txt`;

beforeAll(() => {
  windows().files(checkout, {
    'dist/b.html': 'b',
    'dist/sub/a.txt': 'a',
    'dist/private/k.txt': 'k',
    'other/c.txt': 'c',
    'secret/.ENV': 'x',
    'secret/.GIT/config': 'x',
    'secret/.Hidden': 'x',
    'secret/.Aws/Credentials': 'x',
    'secret/ID_RSA': 'x',
    'secret/a.txt': 'x',
    [`long/${deep}`]: 'l',
    ['names/e\u0301te\u0301.txt']: 'n',
    'names/東京/天気.html': 'c',
    'names/a b#%&+;=@.txt': 's',
    'names/🛰.txt': 'e',
    'names/aux.txt': 'r',
  });
  windows().files(win`E:\out`, { 'e.txt': 'e' });
  windows().files(win`\\server\share\out`, { 'u.txt': 'u', 'private/p.txt': 'p', '.Env': 'x' });
  windows().files(win`${home}\out`, { 'h.txt': 'h' });
});

let count = 0;

/** Uploads to a new destination. */
async function upload(inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const destination = `paths-${++count}`;
  const run = await runOnWindows(
    windows(),
    subject(),
    'upload',
    { destination, links: 'none', ...inputs },
    { env },
  );
  return { run, names: await storedNames(subject(), destination) };
}

const dist = ['b.html', 'private/k.txt', 'sub/a.txt'];

describe('path selects', () => {
  test.each([
    ['a glob with \\', { path: win`dist\sub\**` }, ['a.txt']],
    ['a glob in another letter case', { path: win`DIST\**\*.TXT` }, ['private/k.txt', 'sub/a.txt']],
    ['a folder on a drive', { path: win`${checkout}\dist` }, dist],
    ['a folder on a drive with / in another letter case', { path: 'd:/A/Site/site/DIST/' }, dist],
    ['a folder from the top of the drive', { path: win`\a\site\site\other` }, ['c.txt']],
    ['a folder relative to the current one of the drive', { path: 'D:other' }, ['c.txt']],
    ['a folder on another drive', { path: win`E:\out` }, ['e.txt']],
    ['a folder with the prefix for long paths', { path: win`\\?\D:\a\site\site\other` }, ['c.txt']],
    ['a name with brackets', { path: win`dist\[b].html` }, ['b.html']],
    [
      'lines that end in CRLF',
      { path: 'dist\\sub\r\nother\r\n', root: '.' },
      ['dist/sub/a.txt', 'other/c.txt'],
    ],
    [
      'a folder on two lines in two letter cases once',
      { path: 'dist\nDist', root: '.' },
      dist.map((name) => `dist/${name}`),
    ],
    ['a file longer than 260 characters', { path: 'long' }, [deep]],
    ['the same file with its folders', { path: 'long', root: '.' }, [`long/${deep}`]],
    ['a network share', { path: win`\\server\share\out` }, ['private/p.txt', 'u.txt']],
    ['a network share with /', { path: '//SERVER/Share/out/*.txt' }, ['u.txt']],
  ])('%s', async (_, inputs, expected) => {
    const { run, names } = await upload(inputs);
    expectSuccess(run);
    expect([names, warningsOf(run)]).toEqual([expected, []]);
  });

  test.each([win`~\out`, '~/OUT'])('a folder in the home folder: %s', async (line) => {
    const { run, names } = await upload({ path: line }, { USERPROFILE: home });
    expectSuccess(run);
    expect(names).toEqual(['h.txt']);
  });

  test('names of any script and any normal form, unchanged, and names of devices', async () => {
    const { run, names } = await upload({ path: 'names' });
    expectSuccess(run);
    expect(names).toEqual(
      ['a b#%&+;=@.txt', 'aux.txt', 'e\u0301te\u0301.txt', '東京/天気.html', '🛰.txt'].sort(),
    );
  });
});

describe('an exclusion in another letter case works', () => {
  test.each([
    win`!DIST\private\**`,
    win`!d:\A\site\Site\dist\PRIVATE`,
    win`!\\?\D:\a\site\site\dist\private`,
    '!**/Private/',
    '!dist/*/K.TXT',
  ])('%s', async (line) => {
    const { run, names } = await upload({ path: `dist\r\n${line}` });
    expectSuccess(run);
    expect([names, warningsOf(run)]).toEqual([['b.html', 'sub/a.txt'], []]);
  });

  test('on a network share', async () => {
    const { run, names } = await upload({
      path: win`\\server\share\out` + '\n' + win`!//SERVER/SHARE/Out/Private`,
    });
    expectSuccess(run);
    expect([names, warningsOf(run)]).toEqual([['u.txt'], []]);
    expect(run.log).toContain(win`Left out as sensitive: \\server\share\out\.Env`);
  });
});

describe('hidden and sensitive names count in any letter case', () => {
  test('with hidden files left out and with hidden files included', async () => {
    const without = await upload({ path: 'secret' });
    expectSuccess(without.run);
    expect(without.names).toEqual(['ID_RSA', 'a.txt']);
    expect(warningsOf(without.run)).toEqual([
      expect.stringMatching(/^1 file to upload may contain secrets.*: ID_RSA\./),
    ]);
    const folder = win`D:\a\site\site\secret`;
    const sensitive = ['.Aws\\', '.ENV', '.GIT\\'].map((name) => `${folder}\\${name}`).join(', ');
    expect(without.run.log).toContain(`Left out as hidden: ${folder}\\.Hidden (`);
    expect(without.run.log).toContain(`Left out as sensitive: ${sensitive} (`);
    const all = await upload({ path: 'secret', 'include-hidden-files': 'true' });
    expect(all.names).toEqual(['.Hidden', 'ID_RSA', 'a.txt']);
    expect(all.run.log).toContain(`Left out as sensitive: ${sensitive} (`);
  });

  test('a line that spells them out includes them', async () => {
    const { run, names } = await upload({
      path: 'secret\\.env\nsecret\\.git\\CONFIG\nsecret\\.hidden',
      root: 'secret',
    });
    expectSuccess(run);
    expect(names.map((name) => name.toLowerCase())).toEqual(['.env', '.git/config', '.hidden']);
  });
});

describe('a mistake is explained', () => {
  test.each([
    [
      'a destination with \\',
      { path: 'dist', destination: win`a\b` },
      win`Input destination: got 'a\b', expected a folder with '/' between names: 'a/b'`,
    ],
    [
      'a path with ..',
      { path: win`..\site\dist` },
      win`Input path: got '..\site\dist', expected a path without '..'`,
    ],
    [
      'a computer without a share',
      { path: win`\\server` },
      win`'\\server' is not a valid network path: it names a computer, but no share`,
    ],
    ['a share that does not exist', { path: win`\\nowhere\share\x` }, win`there is no \\nowhere\share\x`],
    ['a drive that does not exist', { path: win`Q:\x` }, win`there is no Q:\x`],
    ['a whole drive', { path: 'E:\\' }, win`Input path: got 'E:\'`],
    ['the name of a device', { path: 'NUL' }, win`there is no D:\a\site\site\NUL`],
    ['a misspelt folder', { path: win`dits\sub` }, `did you mean 'dist'?`],
    [
      'two drives',
      { path: win`dist` + '\n' + win`E:\out` },
      win`No folder is above both D:\a\site\site\dist and E:\out`,
    ],
    ['a root on another drive', { path: 'dist', root: 'E:\\' }, win`outside the root`],
  ])('%s', async (_, inputs, message) => {
    const { run, names } = await upload(inputs);
    expect([run.exitCode, names]).toEqual([1, []]);
    expect(errorOf(run)).toContain(message);
  });

  test('no home folder', async () => {
    const { run } = await upload({ path: win`~\out` }, { USERPROFILE: '' });
    expect(errorOf(run)).toMatch(/^'~' cannot be resolved.*\nSet the environment variable USERPROFILE,/);
  });

  test('a glob of headers with \\', async () => {
    const { run, names } = await upload({ path: 'dist', headers: win`sub\*.txt Cache-Control: no-store` });
    expect([run.exitCode, names]).toEqual([0, dist]);
    expect(warningsOf(run)).toEqual([expect.stringContaining(`to match it, write 'sub/*.txt'`)]);
  });
});
