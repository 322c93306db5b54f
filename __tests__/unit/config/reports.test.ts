import { expect, test } from '@jest/globals';

import { readLinkInputs } from '../../../src/config/links.ts';
import { problem, read, required } from './uploadInputs.ts';

test('without inputs, nothing is reported', () => {
  expect(read({}).reports).toEqual({
    comment: false,
    commentKey: undefined,
    pullRequest: undefined,
    environment: undefined,
    release: undefined,
    githubToken: '',
  });
});

test('reads where to report', () => {
  const inputs = {
    title: 'Preview of the docs',
    comment: 'true',
    'comment-key': 'docs',
    'pull-request': '123456789012345',
    environment: 'preview/pr-7',
    release: 'v1.2.3',
    'github-token': 'github-token-for-tests',
  };
  expect(read(inputs)).toMatchObject({
    title: 'Preview of the docs',
    reports: {
      comment: true,
      commentKey: 'docs',
      pullRequest: 123_456_789_012_345,
      environment: 'preview/pr-7',
      release: 'v1.2.3',
      githubToken: 'github-token-for-tests',
    },
  });
});

test('masks the token of the host', () => {
  const masked: string[] = [];
  const inputs: Readonly<Record<string, string>> = { ...required, 'github-token': 'github-token-for-tests' };
  const mask = (secret: string) => void masked.push(secret);
  readLinkInputs((name) => inputs[name] ?? '', mask);
  expect(masked).toContain('github-token-for-tests');
  masked.length = 0;
  readLinkInputs((name) => (name === 'github-token' ? '' : (inputs[name] ?? '')), mask);
  expect(masked).not.toContain('');
});

test.each([
  ['title', 200, 'one line of at most 200 characters'],
  ['comment-key', 500, 'one line of at most 500 characters'],
  ['environment', 255, `a name of at most 255 characters, e.g. 'pull-request/7'`],
])('%s has at most %d characters', (name, most, expected) => {
  expect(() => read({ [name]: 'x'.repeat(most) })).not.toThrow();
  for (const value of ['x'.repeat(most + 1), 'a\nb'])
    expect(problem({ [name]: value })).toContain(`, expected ${expected}`);
});

test.each(['0', '07', '-7', '7a', 'a7', '7.5', '1234567890123456'])('%s is no pull request', (value) => {
  expect(problem({ 'pull-request': value })).toBe(
    `Input pull-request: got '${value}', expected the number of a pull request, e.g. '7'`,
  );
});

test.each(['v1', 'release/2026-11', 'a.b', 'x'.repeat(250)])('%s can be the tag of a release', (release) => {
  expect(read({ release }).reports.release).toBe(release);
});

// git check-ref-format
test.each([
  'a b',
  'a..b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[b',
  'a\\b',
  '/a',
  'a/',
  'a.',
  'a//b',
  'a@{b',
  'x'.repeat(251),
])('%s cannot be the tag of a release', (release) => {
  expect(problem({ release })).toContain(`, expected the tag of a release, e.g. 'v1.2.3'`);
});
