import { describe, expect, test } from '@jest/globals';

import { parseHeaderRule } from '../../../src/config/headerRules.ts';
import { generatedMark, headersFor, isGenerated, unmatchedRules } from '../../../src/files/headers.ts';
import { planUpload } from '../../../src/sync/plan.ts';
import { localFile } from '../localFile.ts';

function rules(...lines: string[]) {
  return lines.map((line) => {
    const rule = parseHeaderRule(line);
    if (!rule) throw new Error(`'${line}' is no rule`);
    return rule;
  });
}

describe('if several lines match a file', () => {
  test('the last one counts for each header', () => {
    const all = rules(
      'Cache-Control: no-cache',
      '*.js Cache-Control: immutable',
      'X-Amz-Meta-A: 1',
      '*.js CACHE-CONTROL: no-store',
      'a/** x-amz-meta-A: 2',
    );
    expect(headersFor('b.js', all)).toEqual({ 'cache-control': 'no-store', 'x-amz-meta-a': '1' });
    expect(headersFor('a/b.css', all)).toEqual({ 'cache-control': 'no-cache', 'x-amz-meta-a': '2' });
    expect(headersFor('a/b.css', all.toReversed())).toMatchObject({ 'x-amz-meta-a': '1' });
  });

  test('a file without a matching line has no headers', () => {
    expect(headersFor('a.css', rules('*.js Cache-Control: x'))).toEqual({});
    expect(headersFor('a.css', [])).toEqual({});
  });

  test('the type from the input replaces the type by extension', () => {
    const files = ['a.html', 'b.html'].map((name) => localFile(name));
    const { puts } = planUpload(files, '', 'd', rules('a.html Content-Type: text/plain', 'Cache-Control: x'));
    expect(puts.map(({ contentType, headers }) => [contentType, headers])).toEqual([
      ['text/plain', { 'cache-control': 'x' }],
      ['text/html; charset=utf-8', { 'cache-control': 'x' }],
    ]);
  });
});

describe('a line without effect', () => {
  const names = ['assets/app.js', 'assets/x/a.css', 'docs/READ.html', 'index.html'];
  const unmatched = (...lines: string[]) =>
    unmatchedRules(rules(...lines), names, '/w/dist', 'sites/main').map(({ text }) => text);

  test.each([
    ['dist/*.html', '/*.html', 'index.html'],
    ['./dist/assets/*.js', 'assets/*.js', 'assets/app.js'],
    ['/w/dist/index.html', '/index.html', 'index.html'],
    ['sites/main/*.html', '/*.html', 'index.html'],
    ['assets', 'assets/**', 'assets/app.js'],
    ['/assets/', 'assets/**', 'assets/app.js'],
    ['dist/assets', '/assets/**', 'assets/app.js'],
    ['dist', '**', 'assets/app.js'],
    ['x/*.css', '**/x/*.css', 'assets/x/a.css'],
    ['assets\\*.js', 'assets/*.js', 'assets/app.js'],
    ['*.JS', '*.js', 'assets/app.js'],
  ])('%s: the warning says what it is compared with, and what would match', (glob, instead, example) => {
    expect(unmatched(`${glob} Cache-Control: x`)).toEqual([
      `No file matches the line '${glob} Cache-Control: x' of 'headers': it is compared with names relative to /w/dist, e.g. '${example}'; to match it, write '${instead}'`,
    ]);
    expect(unmatched(`${instead} Cache-Control: x`)).toEqual([]);
  });

  test.each(['*.wasm', 'other/*.html', 'dist/*.wasm'])('%s: the warning has no suggestion', (glob) => {
    expect(unmatched(`${glob} Cache-Control: x`)).toEqual([
      `No file matches the line '${glob} Cache-Control: x' of 'headers': it is compared with names relative to /w/dist, e.g. 'assets/app.js'`,
    ]);
  });

  test('because later lines replace it', () => {
    expect(unmatched('*.js Cache-Control: a', 'Content-Language: de', 'Cache-Control: b')).toEqual([
      `Later lines replace the line '*.js Cache-Control: a' of 'headers' for every file that it matches: move it below them, or remove it`,
    ]);
    expect(unmatched('Cache-Control: a', '*.js Cache-Control: b', '*.html Cache-Control: c')).toEqual([]);
    expect(unmatched('*.js Cache-Control: a', 'assets/** Cache-Control: a')).toEqual([]);
  });
});

test('only objects with the whole mark count as generated', () => {
  expect(isGenerated({ ...generatedMark, 'cache-control': 'no-store' })).toBe(true);
  const [name = ''] = Object.keys(generatedMark);
  for (const headers of [{}, { [name]: '' }, { [name]: 'other' }]) expect(isGenerated(headers)).toBe(false);
});
