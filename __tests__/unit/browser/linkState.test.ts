import { describe, expect, test } from '@jest/globals';

import { lifeOf } from '../../../browser/index/linkState.ts';
import { contentsOf } from './files.ts';

const madeAt = Date.UTC(2026, 10, 23, 18, 5, 41);
const expiresAt = madeAt + 900_000;
const contents = contentsOf(['a.txt'], { madeAt, expiresAt });

describe('the state of the links on the index page', () => {
  test.each([
    [0, 'live', 'Links work for another 15 min', 1],
    [90_500, 'live', 'Links work for another 13 min 29 s', 0.9],
    [780_001, 'soon', 'Links work for another 1 min 59 s', 0.13],
    [899_999, 'soon', 'Links work for another 0 s', 0],
    [900_000, 'expired', 'The links expired 0 s ago', 0],
    [7_200_000, 'expired', 'The links expired 1 h 45 min ago', 0],
  ])('after %d ms: %s', (after, state, title, left) => {
    const life = lifeOf(contents, madeAt + after);
    expect([life.state, life.title]).toEqual([state, title]);
    expect(life.left).toBeCloseTo(left, 2);
    expect(life.detail).toContain('2026-11-23 18:20:41 UTC');
  });

  test('says how to get new links after they have expired', () => {
    expect(lifeOf(contents, expiresAt).detail).toMatch(
      /The files are still there\. For new links, run the workflow again, or the links action\.$/,
    );
  });

  test('says that the expiry is unknown', () => {
    const unknown = lifeOf({ ...contents, expiresAt: null, signedBy: 'platform' }, madeAt);
    expect(unknown).toMatchObject({
      state: 'unknown',
      title: 'Link expiry is unknown',
      detail: 'The platform that signed them does not say when they expire.',
    });
    expect(lifeOf({ ...contents, links: null }, madeAt).state).toBe('none');
  });
});
