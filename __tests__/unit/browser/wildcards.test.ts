import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { minimatch } from 'minimatch';

import { pathPattern } from '../../../browser/index/wildcards.ts';

const step = (letters: readonly string[]) =>
  fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 5 }).map((all) => all.join(''));
const path = fc.array(step(['a', 'b']), { minLength: 1, maxLength: 4 }).map((steps) => steps.join('/'));
const pattern = fc
  .array(fc.oneof(step(['a', 'b', '?', '*']), fc.constant('**')), { minLength: 2, maxLength: 5 })
  // `**` beside other characters is an ordinary star, which minimatch reads in the same way. A path that ends with `**` is tested below.
  .filter((steps) => steps.at(-1) !== '**')
  .map((steps) => steps.join('/'));

describe('patterns in the search of the index page', () => {
  test('match paths as minimatch does', () => {
    fc.assert(
      fc.property(pattern, path, (asked, given) => {
        expect([asked, given, pathPattern(asked)(given)]).toEqual([asked, given, minimatch(given, asked)]);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['docs/**', 'docs/a/b.md', true],
    ['docs/**', 'other/docs/b.md', false],
    ['*', 'a/b', true],
    ['?', 'a/🚀', true],
    ['a*', 'a/b', false],
    ['**/x?', 'x1', true],
  ])('%j and %j: %j', (asked, given, expected) => {
    expect(pathPattern(asked)(given)).toBe(expected);
  });

  test('do not block the page, whatever they are', () => {
    const asked = `${'*a'.repeat(200)}b`;
    const started = performance.now();
    expect(pathPattern(asked)('a'.repeat(1_000) + 'ba')).toBe(false);
    expect(pathPattern(`${'**/a/'.repeat(50)}b`)(`${'a/'.repeat(200)}ba`)).toBe(false);
    // Backtracking at every star takes longer than the universe has existed.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
