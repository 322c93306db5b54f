import { describe, expect, test } from '@jest/globals';

import { createScaling } from '../../../browser/index/scaling.ts';

const room = 700;

/** A scroll bar that keeps its position in the element, as browsers do. */
function scrollBar(all: number) {
  const scaling = createScaling();
  scaling.resize(all);
  let position = 0;
  const clamp = (wanted: number) => Math.max(0, Math.min(wanted, scaling.height() - room));
  const follow = (wanted: number): number => {
    position = clamp(wanted);
    position = clamp(scaling.scrolled(position, room));
    return position + scaling.offset();
  };
  return { scaling, wheel: (pixels: number) => follow(position + pixels), drag: follow };
}

describe('rows that are higher than an element can be', () => {
  test('have an element of their own height if that is possible', () => {
    const { scaling, wheel, drag } = scrollBar(3_200_000);
    expect([scaling.height(), wheel(100), drag(2_000_000), scaling.offset()]).toEqual([
      3_200_000, 100, 2_000_000, 0,
    ]);
  });

  test.each([4_000_100, 13_600_001])('move by the pixels of the wheel, in %d pixels', (all) => {
    const { scaling, wheel } = scrollBar(all);
    expect(scaling.height()).toBe(4_000_000);
    const wrong: number[] = [];
    for (let top = 650; top < all - room; top += 650) if (wheel(650) !== top) wrong.push(top);
    expect([wheel(650), wrong]).toEqual([all - room, []]);
    for (let top = all - room - 650; top > 0; top -= 650) if (wheel(-650) !== top) wrong.push(top);
    expect([wheel(-650), scaling.offset(), wrong]).toEqual([0, 0, []]);
  });

  test('are reached by the scroll bar, from the first to the last', () => {
    const { wheel, drag } = scrollBar(13_600_000);
    expect(drag(4_000_000)).toBe(13_600_000 - room);
    // The middle of the scroll bar is the middle of the rows, to a hundredth of them.
    expect(Math.abs(drag(2_000_000) - 6_800_000)).toBeLessThan(136_000);
    const middle = drag(2_000_000);
    expect(wheel(100)).toBe(middle + 100);
    expect(drag(0)).toBe(0);
  });

  test('are reached by the keyboard, and stay when the number of rows changes', () => {
    const { scaling, wheel } = scrollBar(13_600_000);
    expect(scaling.reach(13_600_000 - room)).toBe(4_000_000 - room);
    scaling.reach(7_000_000);
    expect(scaling.offset() + scaling.reach(7_000_000)).toBe(7_000_000);
    scaling.resize(1_000);
    expect([scaling.height(), scaling.offset(), scaling.isScaled()]).toEqual([1_000, 0, false]);
    expect(wheel(10)).toBe(10);
  });
});
