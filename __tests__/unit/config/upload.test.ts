import { describe, expect, test } from '@jest/globals';

import { readWorkspacesInputs } from '../../../src/config/workspaces.ts';
import { failureOf } from '../failure.ts';
import { problem, read, secret } from './uploadInputs.ts';

test('without optional inputs, the defaults apply', () => {
  expect(read({})).toMatchObject({
    clientId: 'app',
    clientSecret: secret,
    audience: undefined,
    ifNoCredentials: 'error',
    workspace: 'gep-w',
    destination: '',
    platforms: [],
    scope: ['openid', 'email', 'profile'],
    issuer: new URL('https://iam.terradue.com/realms/master'),
    apiUrl: new URL('https://api.terradue.com/core'),
    certificates: [],
    tlsVerify: true,
    path: ['dist'],
    root: undefined,
    ifNoFilesFound: 'error',
    includeHiddenFiles: false,
    symlinks: 'inside',
    concurrency: undefined,
    links: 'auto',
    preview: 'auto',
    summary: true,
    expiresIn: undefined,
    maskLinks: false,
    dryRun: false,
  });
});

test('the inputs are frozen', () => {
  expect(Object.isFrozen(read({}))).toBe(true);
});

test.each([
  ['destination', '/reports/main/', { destination: 'reports/main' }],
  ['destination', '/', { destination: '' }],
  ['destination', 'a b/ü/…/..x/.hidden', { destination: 'a b/ü/…/..x/.hidden' }],
  [
    'platforms',
    'gep  charter\r\ngep',
    { platforms: ['gep', 'charter'], scope: ['openid', 'email', 'profile', 'gep', 'charter'] },
  ],
  ['scope', 'openid gep', { scope: ['openid', 'gep'] }],
  ['issuer', 'https://iam.example/realms/master//', { issuer: new URL('https://iam.example/realms/master') }],
  ['issuer', 'http://localhost:8080/realms/x', { issuer: new URL('http://localhost:8080/realms/x') }],
  ['api-url', 'http://127.0.0.1:1/core/', { apiUrl: new URL('http://127.0.0.1:1/core') }],
  ['api-url', 'http://[::1]:1/core', { apiUrl: new URL('http://[::1]:1/core') }],
  ['path', 'a\r\n  b c \r\n\r\n# note\r\n!d', { path: ['a', 'b c', '!d'] }],
  ['path', '!!a', { path: ['!!a'] }],
  ['path', 'a..b/..c', { path: ['a..b/..c'] }],
  ['root', ' . ', { root: '.' }],
  ['audience', ' https://iam.example/realms/x ', { audience: 'https://iam.example/realms/x' }],
  ['if-no-credentials', 'skip', { ifNoCredentials: 'skip' }],
  ['if-no-files-found', 'ignore', { ifNoFilesFound: 'ignore' }],
  ['include-hidden-files', 'True', { includeHiddenFiles: true }],
  ['tls-verify', 'FALSE', { tlsVerify: false }],
  ['symlinks', 'skip', { symlinks: 'skip' }],
  ['concurrency', '256', { concurrency: 256 }],
  ['expires-in', '12h', { expiresIn: 43_200 }],
  ['links', 'none', { links: 'none' }],
  ['mask-links', 'true', { maskLinks: true }],
  ['summary', 'false', { summary: false }],
  ['dry-run', 'true', { dryRun: true }],
])('%s: %j is read', (name, value, expected) => {
  expect(read({ [name]: value })).toMatchObject(expected);
});

test.each([
  ['client-id', ' ', 'is missing'],
  ['workspace', '', 'is missing'],
  ['destination', 'a/../b', `got 'a/../b'`],
  ['destination', '..', `got '..'`],
  ['destination', 'a\\b', `got 'a\\b', expected a folder with '/' between names: 'a/b'`],
  ['destination', './a', `got './a'`],
  ['destination', 'a//b', `got 'a//b'`],
  ['destination', 'a//', `got 'a//'`],
  ['destination', '//a', `got '//a'`],
  ['destination', '//', `got '//'`],
  ['destination', 'a/ /b', `got 'a/ /b'`],
  ['destination', 'a\tb', `got 'a\\u0009b'`],
  ['destination', 'a\u0085b', `got 'a\\u0085b'`],
  ['issuer', 'iam.example', `got 'iam.example'`],
  ['issuer', 'http://iam.example/realms/master', 'https'],
  ['issuer', 'https://', 'https URL'],
  ['api-url', 'http://127.0.0.1.example/', 'loopback'],
  ['api-url', 'ftp://localhost/', 'https URL'],
  ['api-url', 'https://h/?', 'https URL'],
  ['tls-verify', 'no', `got 'no', expected 'true' or 'false'`],
  ['include-hidden-files', '1', `expected 'true' or 'false'`],
  ['links', 'signed', `got 'signed', expected one of 'auto', 'session', 'platform', 'none'`],
  ['preview', 'yes', `got 'yes', expected 'auto', 'true' or 'false'`],
  ['mask-links', 'yes', `expected 'true' or 'false'`],
  ['dry-run', 'tRue', `expected 'true' or 'false'`],
  ['path', '', 'is missing'],
  ['path', '# only a note', 'is missing'],
  ['path', '!a\n! b\n!!!c', 'only exclusions'],
  ['path', 'a\n!', 'after'],
  ['path', '../a', `got '../a'`],
  ['path', '/', `got '/', expected a path that names a folder`],
  ['path', '//', `got '//'`],
  ['path', '/**', `An empty expression may have left that '/'`],
  ['path', 'a\n/**/*.html', `got '/**/*.html'`],
  ['path', '/*/x', `got '/*/x'`],
  ['path', 'C:\\', `got 'C:\\'`],
  ['path', 'a\n! ../x', `got '! ../x'`],
  ['path', 'a/../b', `without '..'`],
  ['if-no-files-found', 'Error', `got 'Error', expected one of 'error', 'warn', 'ignore'`],
  ['if-no-credentials', 'warn', `got 'warn', expected one of 'error', 'skip'`],
  ['symlinks', 'all', `expected one of 'inside', 'follow', 'skip'`],
  ['concurrency', '0', '1 to 256'],
  ['concurrency', '257', '1 to 256'],
  ['concurrency', '8 files', '1 to 256'],
  ['concurrency', '-1', '1 to 256'],
  ['expires-in', '12', `'15m'`],
  ['expires-in', '0s', `'15m'`],
  ['expires-in', '1.5h', `'15m'`],
  ['ca-certificates', 'no/such.pem', 'ENOENT'],
  ['ca-certificates', '/', 'EISDIR'],
  ['ca-certificates', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'PEM text'],
  ['ca-certificates', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', 'no certificate'],
])('%s: %j is rejected, and the error says what is expected', (name, value, said) => {
  const message = problem({ [name]: value });
  expect(message).toMatch(
    new RegExp(
      `^Input ${name}: .*; expected .|^Input ${name}: got .*, expected .|^Input path: got exclusions`,
    ),
  );
  expect(message).toContain(said);
});

test('one error lists all problems, each with the name of its input', () => {
  const { message, details, hint } = failureOf(() =>
    read({
      'client-id': '',
      destination: '..',
      issuer: 'x',
      concurrency: 'many',
      symlinks: 'no',
      path: '!a',
    }),
  );
  expect(message).toBe('6 invalid inputs');
  expect(details.map((line) => /^- ([a-z-]+): /.exec(line)?.[1])).toEqual([
    'client-id',
    'issuer',
    'destination',
    'path',
    'symlinks',
    'concurrency',
  ]);
  expect(hint).toContain('Nothing was sent');
});

test('a value can neither write workflow commands nor fill the log', () => {
  expect(problem({ symlinks: 'a\n::error::b' })).toContain(`'a\\u000a::error::b'`);
  expect(problem({ symlinks: 'x'.repeat(5000) }).length).toBeLessThan(300);
});

describe('secrets', () => {
  test('are masked before any other input is read', () => {
    const events: string[] = [];
    const raw = (name: string) => {
      events.push(name);
      return name === 'client-secret' ? `  ${secret}\n` : '';
    };
    expect(() => readWorkspacesInputs(raw, (text) => events.push(`mask ${text}`))).toThrow('client-id');
    expect(events.slice(0, 2)).toEqual(['client-secret', `mask ${secret}`]);
  });

  test('are in no message about other inputs', () => {
    const error = failureOf(() => read({ 'client-id': '', symlinks: 'no', issuer: 'x' }));
    expect(JSON.stringify([error.message, error.details, error.hint])).not.toContain(secret);
  });

  test.each([
    'https://me:pass-word@h/x',
    'https://h/x?token=pass-word',
    'https://h/#pass-word',
    'h://a@pass-word@h',
    'https:me:pass-word@h/x',
    String.raw`https:\\me:pass-word@h/x`,
  ])('in a URL are not printed: %s', (url) => {
    const message = problem({ issuer: url });
    expect(message).not.toContain('pass-word');
    expect(message).toContain('***');
  });
});

test.each(['/srv/**', '/*.html', 'a\n!/**', '~/**', '*/**'])(
  'the path %j does not mean the whole machine',
  (path) => {
    expect(read({ path })).toMatchObject({ path: path.split('\n') });
  },
);

test('with delete-stale, the destination must not be empty', () => {
  expect(problem({ 'delete-stale': 'true', destination: '/' })).toContain('delete-stale');
  expect(read({ 'delete-stale': 'true', destination: 'site' })).toMatchObject({ deleteStale: true });
});

test.each([{ 'share-with-users': 'ada' }, { 'share-with-groups': 'a\nb' }, {}])(
  'without delete-stale, one slash at either end of the destination is ignored: %j',
  (inputs) => {
    for (const destination of ['reports/', '/reports/', '/reports', ' reports/ '])
      expect(read({ ...inputs, destination })).toMatchObject({ destination: 'reports' });
    for (const destination of ['reports//', '//reports', '//'])
      expect(problem({ ...inputs, destination })).toMatch(/^Input destination: got '/);
  },
);

test.each([{ 'share-with-users': 'ada' }, { 'share-with-groups': 'a\nb' }])(
  'an empty destination cannot be shared: %j',
  (inputs) => {
    for (const destination of ['', '/', ' '])
      expect(problem({ ...inputs, destination })).toMatch(
        /^Input share-with-(users|groups): got \d names? with an empty 'destination'/,
      );
  },
);

test.each([
  { 'delete-stale': 'true' },
  { 'share-with-users': 'ada', 'delete-stale': 'true' },
  { 'share-with-groups': 'a\nb', 'delete-stale': 'true' },
])('a destination that may contain an empty expression is one problem with %j', (inputs) => {
  for (const destination of ['forks/', 'forks//', '/forks/', ' forks/ ', 'forks/ /', '//'])
    expect(problem({ ...inputs, destination })).toMatch(
      new RegExp(`^Input destination: got '${destination.trim()}', expected a folder `),
    );
  expect(problem({ ...inputs, destination: 'forks/' })).toContain(`without '/' at the end`);
  expect(read({ ...inputs, destination: '/forks' })).toMatchObject({ destination: 'forks' });
});

test.each([
  ['part-size', '5MiB', { partSize: 5 * 1024 ** 2 }],
  ['part-size', '5 gib', { partSize: 5 * 1024 ** 3 }],
  ['overwrite', 'never', { overwrite: 'never' }],
  ['checksums', 'true', { checksums: true }],
])('%s: %j is read', (name, value, expected) => {
  expect(read({ [name]: value })).toMatchObject(expected);
});

test.each([
  ['part-size', '4MiB'],
  ['part-size', '6GiB'],
  ['part-size', '64'],
  ['overwrite', 'true'],
  ['checksums', 'sha256'],
  ['delete-stale', 'yes'],
  ['headers', 'X-Frame-Options: DENY'],
  ['headers', 'Cache-Control'],
])('%s: %j is rejected', (name, value) => {
  expect(problem({ destination: 'd', [name]: value })).toMatch(
    new RegExp(`^Input ${name}: got '.*', expected `),
  );
});

test.each(['a'.repeat(70_000), `d/${'['.repeat(200)}`])(
  'refuses a path line that no matcher can read',
  (path) => {
    expect(problem({ path })).toContain('expected a shorter path or glob');
  },
);

test('suggests slashes in one line', () => {
  expect(problem({ destination: 'a\\b\n::error::x' })).not.toContain('\n');
});
