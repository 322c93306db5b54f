import type { IndexPageData } from '../../src/links/indexPageData.ts';
import { speak } from './announcing.ts';
import { type Clock, storageClock } from './clock.ts';
import { byId } from './elements.ts';
import { type LinkState, lifeOf } from './linkState.ts';

/**
 * Shows how long the links work, as a countdown.
 * @param onChange called after the state of the links changed
 */
export function showLife(
  contents: IndexPageData,
  onChange: () => void,
): { readonly hasExpired: () => boolean } {
  let clock: Clock = () => Date.now();
  let [shown, spoken, isCorrect] = ['', '', false];
  const tick = (): void => {
    const life = lifeOf(contents, clock());
    show(life);
    if (shown !== life.state) onChange();
    shown = life.state;
    // Screen readers read a change of state, not every second, and no time of a wrong clock.
    if (!isCorrect || spoken === life.state) return;
    speak(`${life.title}, ${life.detail}`);
    spoken = life.state;
  };
  tick();
  setInterval(tick, 1_000);
  void storageClock().then((better) => {
    clock = better;
    isCorrect = true;
    tick();
  });
  return { hasExpired: () => lifeOf(contents, clock()).state === 'expired' };
}

function show({ state, title, detail, left }: LinkState): void {
  document.documentElement.dataset['life'] = state;
  byId('life-title').textContent = title;
  byId('life-detail').textContent = detail;
  byId('life-bar').style.transform = `scaleX(${left.toFixed(4)})`;
}
