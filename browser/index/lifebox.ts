import type { IndexPageData } from '../../src/links/indexPageData.ts';
import { type Clock, storageClock } from './clock.ts';
import { byId } from './elements.ts';
import { type Life, lifeOf } from './life.ts';

/** Says how long the links work, and counts that down. */
export function showLife(contents: IndexPageData): { readonly hasEnded: () => boolean } {
  let clock: Clock = () => Date.now();
  let said = '';
  const tick = (): void => {
    const life = lifeOf(contents, clock());
    show(life);
    // Screen readers hear of it when something changes, not every second.
    if (said !== life.state) byId('spoken').textContent = `${life.title}, ${life.detail}`;
    said = life.state;
  };
  tick();
  setInterval(tick, 1_000);
  void storageClock().then((better) => {
    clock = better;
    tick();
  });
  return { hasEnded: () => lifeOf(contents, clock()).state === 'ended' };
}

function show({ state, title, detail, left }: Life): void {
  document.documentElement.dataset['life'] = state;
  byId('life-title').textContent = title;
  byId('life-detail').textContent = detail;
  byId('life-bar').style.transform = `scaleX(${left.toFixed(4)})`;
}
