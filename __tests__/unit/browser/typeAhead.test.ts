import { describe, expect, test } from '@jest/globals';

import {
  type Typed,
  isTyping,
  nothingTyped,
  positionOfName,
  typeLetter,
} from '../../../browser/index/typeAhead.ts';

const names = ['alpha', 'beta', 'Böse', 'gamma', 'bet2'];

/** Types letters, 100 ms after each other, and returns the names that become active. */
function type(letters: string, from = 0): string[] {
  let [typed, active]: [Typed, number] = [nothingTyped, from];
  return Array.from(letters, (letter, index) => {
    typed = typeLetter(typed, letter, index * 100);
    active = positionOfName(typed, names.length, (position) => names[position] ?? '', active) ?? active;
    return names[active] ?? '';
  });
}

describe('typing a name in the list', () => {
  test.each([
    ['bo', ['beta', 'Böse']],
    ['BET2', ['beta', 'beta', 'beta', 'bet2']],
    ['bbbb', ['beta', 'Böse', 'bet2', 'beta']],
    ['x', ['alpha']],
    ['bx', ['beta', 'beta']],
  ])('%j moves to %j', (letters, expected) => {
    expect(type(letters)).toEqual(expected);
  });

  test('continues at the top of the list', () => {
    expect(type('a', 3)).toEqual(['alpha']);
  });

  test('starts a new name after a pause', () => {
    const typed = typeLetter(nothingTyped, 'b', 5_000);
    expect([isTyping(nothingTyped, 0), isTyping(typed, 5_900), isTyping(typed, 6_000)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(typeLetter(typed, 'E', 5_900).text).toBe('be');
    expect(typeLetter(typed, 'g', 6_000).text).toBe('g');
  });
});
