import { describe, expect, test } from '@jest/globals';

import { addressOf, slugOf } from '../../../browser/index/viewers/addresses.ts';

describe('links of a document', () => {
  test.each([
    ['a.png', ['docs/a.png']],
    ['./a.png', ['docs/a.png']],
    ['../a.png?raw=1#x', ['a.png']],
    ['/img/a.png', ['img/a.png']],
    ['a%20b.png', ['docs/a b.png', 'docs/a%20b.png']],
    ['100%.txt', ['docs/100%.txt']],
    ['x/../../y.md', ['y.md']],
  ])('%s is a path', (href, paths) => {
    expect(addressOf(href, 'docs/guide.md')).toEqual({ kind: 'path', paths });
  });

  test.each([
    ['https://a.example/x y', 'https://a.example/x%20y'],
    ['//a.example/x', 'https://a.example/x'],
    ['\\\\a.example\\x', 'https://a.example/x'],
    [' HTTP://a.example', 'http://a.example/'],
    ['mailto:a@b.example', 'mailto:a@b.example'],
  ])('%s leads to the web', (href, url) => {
    expect(addressOf(href, 'guide.md')).toEqual({ kind: 'web', url });
  });

  test.each([
    'javascript:alert(1)',
    ' \u0001JavaScript:alert(1)',
    'java\nscript:alert(1)',
    'vbscript:x',
    'data:text/html,<script>alert(1)</script>',
    'blob:https://a.example/1',
    'file:///etc/passwd',
    '../../outside',
    '',
    '?x',
    'https://',
  ])('%j is not followed', (href) => {
    expect(addressOf(href, 'docs/guide.md')).toEqual({ kind: 'none' });
  });

  test('a very long target is not followed', () => {
    expect(addressOf(`x${' '.repeat(300_000)}y`, 'docs/guide.md')).toEqual({ kind: 'none' });
  });

  test('headings have the names that GitHub gives them', () => {
    expect(addressOf('#set-up', 'a.md')).toEqual({ kind: 'heading', slug: 'set-up' });
    expect(slugOf(' Set up: the `first` (ä_1) ')).toBe('set-up-the-first-ä_1');
  });
});
