import { expect, test } from '@jest/globals';

import { linkProblem, linkTemplate } from '../../../src/links/urlChecks.ts';

const ofLength = (length: number) => 'https://links.example.org/?'.padEnd(length, 'x');

test('a link may have 8,192 characters', () => {
  expect(linkProblem(ofLength(8_192), false)).toBeUndefined();
  expect(linkProblem(ofLength(8_193), false)).toBe('the link has 8193 characters, more than 8192');
});

test.each([
  [' https://links.example.org/a', 'it is not an https link'],
  ['xhttps://links.example.org/a', 'it is not an https link'],
  [
    'https://:@links.example.org/a',
    'the link leads to https://links.example.org, which contains a user name or password',
  ],
  ['https://links.example.org/a#', 'the link to https://links.example.org contains a fragment (#)'],
])('the link %j is not valid', (link, problem) => {
  expect(linkProblem(link, false)).toBe(problem);
});

test.each(['https://links.example.org/a@b?c@d', 'HTTPS://links.example.org'])(
  'the link %j is valid',
  (link) => {
    expect(linkProblem(link, false)).toBeUndefined();
  },
);

const template = (link: string, key: string) => linkTemplate(new URL(link), key);

test('links to objects of one folder that are signed in the same way have one template', () => {
  const one = template('https://s3.example.org/b/p/a%20b?X-Date=1&Sig=2', 'a b');
  expect(one).toBe('https://s3.example.org/b/p/?Sig&X-Date');
  expect(template('https://s3.example.org/b/p/d/c?Sig=3&X-Date=4&Sig=5', 'd/c')).toBe(one);
});

test.each([
  ['another host', 'https://cdn.example.org/b/p/c?X-Date=1&Sig=2'],
  ['another folder', 'https://s3.example.org/b/q/c?X-Date=1&Sig=2'],
  ['other parameters', 'https://s3.example.org/b/p/c?X-Date=1&Token=2'],
])('a link with %s has another template', (_, link) => {
  expect(template(link, 'c')).not.toBe(template('https://s3.example.org/b/p/a?X-Date=1&Sig=2', 'a'));
});

test.each(['https://s3.example.org/b/xa', 'https://go.example/1', 'https://s3.example.org/%ff/a'])(
  'the link %j does not show which object it opens',
  (link) => {
    expect(template(link, 'a')).toBeUndefined();
  },
);
