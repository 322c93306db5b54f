import { describe, expect, test } from '@jest/globals';

import { ansiRuns, hasSequences } from '../../../browser/index/viewers/ansi.ts';

const runs = (text: string) => ansiRuns(text).map(({ text: shown, style }) => [shown, style] as const);
const textOf = (text: string) =>
  ansiRuns(text)
    .map((run) => run.text)
    .join('');

describe('colors of a terminal', () => {
  test.each([
    ['\x1b[31mred\x1b[0m', { color: 1 }],
    ['\x1b[91mred\x1b[m', { color: 9 }],
    ['\x1b[1;4;44mred', { isBold: true, isUnderlined: true, background: 4 }],
    ['\x1b[38;5;1mred', { color: 1 }],
    ['\x1b[38;5;196mred', { color: '#ff0000' }],
    ['\x1b[48;5;244mred', { background: '#808080' }],
    ['\x1b[38;2;1;20;255mred', { color: '#0114ff' }],
    ['\x1b[7;3;9;2mred', { isInverse: true, isItalic: true, isStruck: true, isFaint: true }],
    ['\x1b[1;31m\x1b[22;39mred', {}],
    ['\x1b[38;5;999mred', {}],
    ['\x1b[38mred', {}],
  ])('%j', (text, style) => {
    expect(runs(text)).toEqual([['red', style]]);
  });

  test('stay over the end of a line', () => {
    expect(runs('\x1b[32ma\nb\x1b[0m c')).toEqual([
      ['a\nb', { color: 2 }],
      [' c', {}],
    ]);
  });
});

describe('other sequences', () => {
  test.each([
    ['\x1b]0;title\x07a', 'a'],
    ['\x1b]8;;https://a.example\x1b\\link\x1b]8;;\x1b\\', 'link'],
    ['\x1b]unclosed\nb', '\nb'],
    ['\x1bP1$r\x1b\\a', 'a'],
    ['a\x1b[2J\x1b[10;3H\x1b[?25lb', 'ab'],
    ['a\x1b(Bb\x1b=c\x07\0d', 'abcd'],
    ['a\x1b', 'a'],
    ['\x1b[31', '31'],
    ['10 %\r50 %\r100 %\ndone', '100 %\ndone'],
    ['long line\rab', 'abng line'],
    ['long line\r\x1b[Kab', 'ab'],
    ['long line\x1b[2K\x1b[1Gab', 'ab'],
    ['ab\b\bc', 'cb'],
    ['a\r\nb\r\r\nc', 'a\nb\nc'],
    ['ab\x1b[3Cc', 'ab   c'],
    ['\x1b[999999999Ca', `${' '.repeat(2_000)}a`],
  ])('%j', (text, shown) => {
    expect(textOf(text)).toBe(shown);
  });

  test('are noticed', () => {
    expect(['a\r\nb', 'a\x1b[0m', '1\r2'].map(hasSequences)).toEqual([false, true, true]);
  });
});

test('a line that is erased again and again is shown in linear time', () => {
  const made = ansiRuns('x\x1b[2K'.repeat(100_000));
  expect(made.length).toBeGreaterThan(0);
});

test('a flood of sequences makes a limited number of runs, and loses no text', () => {
  const flood = Array.from({ length: 100_000 }, (_, index) => `\x1b[3${index % 8}m${index % 10}`).join('');
  const made = ansiRuns(flood, 1_000);
  expect(made.length).toBeLessThanOrEqual(1_001);
  expect(made.map((run) => run.text).join('')).toHaveLength(100_000);
  expect(ansiRuns('\x1b[1m'.repeat(100_000))).toEqual([]);
});
