import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { parseHeaderRule } from '../../../src/config/headerRules.ts';

function rules(...lines: string[]) {
  return lines.map((line) => {
    const rule = parseHeaderRule(line);
    if (!rule) throw new Error(`'${line}' is no rule`);
    return rule;
  });
}

/** The names that a line matches. */
function matched(line: string, ...names: string[]): string[] {
  const [rule] = rules(line);
  return names.filter((name) => rule?.matches(name));
}

describe('a line', () => {
  test.each([
    ['too many alternatives', '{a,b}'.repeat(20)],
    ['too many open brackets', '['.repeat(101)],
    ['too many characters', 'a'.repeat(70_000)],
  ])('with %s is no rule', (_, glob) => {
    expect(parseHeaderRule(`${glob} Cache-Control: no-cache`)).toBeUndefined();
  });

  test('may have a glob with 100 open brackets', () => {
    expect(parseHeaderRule(`${'['.repeat(100)} Cache-Control: no-cache`)).toBeDefined();
  });

  test.each([
    ['Cache-Control: no-cache', 'cache-control', 'no-cache'],
    ['CONTENT-type:text/plain', 'content-type', 'text/plain'],
    [
      'content-disposition: \t attachment; filename="a b.txt"',
      'content-disposition',
      'attachment; filename="a b.txt"',
    ],
    ['Content-Encoding: gzip', 'content-encoding', 'gzip'],
    ['Content-Language: de, en', 'content-language', 'de, en'],
    ['X-Amz-Meta-Commit: abc', 'x-amz-meta-commit', 'abc'],
    ['*.js  Cache-Control: no-store', 'cache-control', 'no-store'],
    ['x-amz-meta-run: https://ci.example/1?a=b#c', 'x-amz-meta-run', 'https://ci.example/1?a=b#c'],
    ['x-amz-meta-title: Build: 42', 'x-amz-meta-title', 'Build: 42'],
    ['x-amz-meta-note: Cache-Control: is not set', 'x-amz-meta-note', 'Cache-Control: is not set'],
    ['** x-amz-meta-note: Content-Type: x', 'x-amz-meta-note', 'Content-Type: x'],
  ])('%s', (line, name, value) => {
    expect(parseHeaderRule(line)).toMatchObject({ line, name, value });
  });

  test.each([
    ['Expires: 0', 'a header that is not stored'],
    ['Host: example.org', 'a header of the request'],
    ['x-amz-acl: public-read', 'a header that changes who may read'],
    ['x-amz-server-side-encryption: AES256', 'a header that changes how it is stored'],
    ['x-amz-tagging: a=b', 'tags'],
    ['x-amz-meta-: x', 'metadata without a name'],
    ['x-amz-meta-a_b: x', 'a name with an underscore'],
    ['content-length: 0', 'a length'],
    ['if-none-match: *', 'a condition'],
    ['Cache-Control no-cache', 'no colon'],
    ['Cache-Control:', 'no value'],
    ['Cache-Control:   ', 'a blank value'],
    ['Cache-Control: größe', 'a value that is not ASCII'],
    ['Cache-Control: a\u0000b', 'a control character'],
    ['Cache-Control: a\r\nX-Evil: b', 'a second header smuggled in'],
    ['a b Cache-Control: no-cache', 'two globs'],
    ['', 'nothing'],
  ])('%j is rejected: %s', (line) => {
    expect(parseHeaderRule(line)).toBeUndefined();
  });

  test('that is accepted has a value that is valid in a header', () => {
    const names = fc.constantFrom('Cache-Control', 'x-amz-meta-a', '*.js content-type');
    fc.assert(
      fc.property(names, fc.string({ unit: 'binary', maxLength: 20 }), (name, value) => {
        const rule = parseHeaderRule(`${name}: ${value}`);
        if (rule) expect(rule.value).toMatch(/^[!-~]([ -~]*[!-~])?$/);
        else expect(/^[\t ]*[!-~]([ -~]*[!-~])?$/.test(value)).toBe(false);
      }),
    );
  });
});

describe('a glob', () => {
  test('without a slash matches names in any folder', () => {
    expect(matched('*.js Cache-Control: x', 'a.js', 'b/c/a.js', 'a.jsx', 'a.js/b')).toEqual([
      'a.js',
      'b/c/a.js',
    ]);
    expect(matched('index.html Cache-Control: x', 'index.html', 'a/index.html')).toHaveLength(2);
  });

  test('with a slash is a path relative to the destination', () => {
    const names = ['assets/a.js', 'assets/b/a.js', 'x/assets/a.js', 'a.js'];
    expect(matched('assets/*.js Cache-Control: x', ...names)).toEqual(['assets/a.js']);
    expect(matched('assets/** Cache-Control: x', ...names)).toEqual(['assets/a.js', 'assets/b/a.js']);
    expect(matched('**/assets/*.js Cache-Control: x', ...names)).toEqual(['assets/a.js', 'x/assets/a.js']);
  });

  test.each(['/', './'])('that begins with %s matches only directly below the destination', (start) => {
    expect(matched(`${start}index.html Cache-Control: x`, 'index.html', 'a/index.html')).toEqual([
      'index.html',
    ]);
  });

  test('matches hidden files, and supports braces and character classes', () => {
    expect(matched('*.{js,css} Cache-Control: x', '.a.js', 'b.css', '.well-known/c.js', 'd.cs')).toHaveLength(
      3,
    );
    expect(matched('[a-c]? Cache-Control: x', 'a1', 'd1', 'b12')).toEqual(['a1']);
  });

  test("takes '#' and '!' at its start literally", () => {
    expect(matched('#* Cache-Control: x', '#1', 'a')).toEqual(['#1']);
    expect(matched('!a Cache-Control: x', '!a', 'a', 'b')).toEqual(['!a']);
  });

  test('is case-sensitive', () => {
    expect(matched('*.JS Cache-Control: x', 'a.js', 'A.JS')).toEqual(['A.JS']);
  });
});
