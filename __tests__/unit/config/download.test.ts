import { afterEach, expect, test } from '@jest/globals';

import { hasLinks, readDownloadInputs } from '../../../src/config/download.ts';
import { folderWith } from '../../support/folder.ts';
import { failureOf } from '../failure.ts';

const folder = folderWith({ 'links.json': '{}' });
const file = `${folder}/links.json`;
const here = process.cwd();
afterEach(() => process.chdir(here));

const login = { 'client-id': 'app', 'client-secret': 'secret', workspace: 'w' };
const given = (inputs: Readonly<Record<string, string>>) => (name: string) => inputs[name] ?? '';
const read = (inputs: Readonly<Record<string, string>>) => readDownloadInputs(given(inputs), () => undefined);
const problemsOf = (inputs: Readonly<Record<string, string>>) => {
  const { message, details } = failureOf(() => read(inputs));
  return [message, ...details].join('\n');
};

test('reads a workspace and its defaults', () => {
  expect(read({ ...login, destination: '/d/' })).toMatchObject({
    from: undefined,
    workspace: 'w',
    destination: 'd',
    pattern: ['**'],
    path: undefined,
    overwrite: 'changed',
    verify: true,
    concurrency: undefined,
    dryRun: false,
    plainHttp: false,
  });
});

test('needs no login for links, but masks a secret that is set', () => {
  const masked: string[] = [];
  const inputs = readDownloadInputs(
    given({ from: file, 'client-secret': 's3cret' }),
    (secret) => void masked.push(secret),
  );
  expect(inputs).toMatchObject({ from: { kind: 'file', path: file }, clientId: '', workspace: '' });
  expect(masked).toEqual(['s3cret']);
  expect([hasLinks(given({ from: ' x ' })), hasLinks(given({ from: ' ' }))]).toEqual([true, false]);
});

test('reads a relative path of a links file', () => {
  process.chdir(folder);
  expect(read({ from: 'links.json' }).from).toEqual({ kind: 'file', path: 'links.json' });
});

test('reads a link, without the fragment of the address bar', () => {
  const link = 'https://s3.example.org/b/_links.html?X-Amz-Algorithm=A&X-Amz-Signature=1';
  expect(read({ from: `${link}#folder/` }).from).toEqual({ kind: 'url', url: new URL(link) });
  expect(read({ from: 'https://s3.example.org/public/links.json' }).from).toMatchObject({ kind: 'url' });
});

test('reports all errors at once', () => {
  const text = problemsOf({
    'client-id': '',
    pattern: '../a\n!',
    path: '/',
    overwrite: 'maybe',
    verify: 'yes',
    concurrency: '0',
    'dry-run': '1',
  });
  for (const name of [
    'client-id',
    'client-secret',
    'workspace',
    'pattern',
    'path',
    'overwrite',
    'verify',
    'concurrency',
    'dry-run',
  ])
    expect(text).toContain(`- ${name}: `);
});

test('refuses links together with a workspace', () => {
  const text = problemsOf({ from: file, workspace: 'w', destination: 'd' });
  expect(text).toContain(`- workspace: got 'w' together with 'from', expected only one of them`);
  expect(text).toContain(`- destination: got 'd' together with 'from'`);
});

test('without either, it names both', () => {
  expect(problemsOf({ 'client-id': 'a', 'client-secret': 'b' })).toContain(
    `workspace: is missing; expected the name of a workspace, e.g. 'gep-you-private-workspace', or 'from' with links`,
  );
});

test.each([
  ['http://example.org/l?X-Amz-Signature=s3cret', 'is not https'],
  ['https://me:s3cret@example.org/l?a=s3cret', 'contains a user name or password'],
  ['s3://bucket/s3cret', `To download from a workspace, use 'workspace' and 'destination'`],
  ['https://', 'is not a URL'],
  ['https://example.org/_links.html?X-Amz-Algorithm=s3cret', 'Put the address in quotes'],
  ['https://example.org/_links.html?x-amz-algorithm=A&X-Amz-Date=s3cret', 'cuts an address off'],
])('refuses the link %s without showing its query', (from, expected) => {
  const text = problemsOf({ from });
  expect(text).toContain(expected);
  if (!from.startsWith('s3:')) expect(text).not.toContain('s3cret');
});

test.each([
  ['missing.json', 'does not exist'],
  [folder, 'expected the path of a links file'],
  ['a\nb', 'does not exist'],
  [' "https://h/l?s3cret"', 'does not exist'],
  ['https:/me:s3cret@h/l', 'does not exist'],
  ['h/_links.html?s3cret', 'does not exist'],
])('refuses the file %j', (from, expected) => {
  expect(problemsOf({ from })).toContain(expected);
  expect(problemsOf({ from })).not.toContain('s3cret');
});

test('links to this machine by plain http are for lists of this machine', () => {
  const url = (from: string) => read({ from }).plainHttp;
  expect(url(file)).toBe(true);
  expect(url('http://127.0.0.1:9000/b/_links.html')).toBe(true);
  expect(url('https://example.org/_links.html')).toBe(false);
  expect(read({ from: 'https://example.org/_links.html', issuer: 'http://localhost:1' }).plainHttp).toBe(
    true,
  );
});

test.each(['/', '//', '/**', 'C:\\'])('refuses to write to the whole machine: %s', (path) => {
  expect(problemsOf({ ...login, path })).toContain(`An empty expression may have left that '/'`);
});

test.each([String.raw`reports\a`, '../a', 'a/../b', '!../a', '!'])('refuses the pattern %s', (pattern) => {
  expect(problemsOf({ ...login, pattern })).toContain('pattern: got');
});
