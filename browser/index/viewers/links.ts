import { hasModifier } from '../modifiers.ts';
import type { Neighbors } from '../neighbors.ts';
import { slugOf } from './addresses.ts';

/** Opens links to files in the pane, and moves to headings of the document. */
export function listenToLinks(place: HTMLElement, { open }: Pick<Neighbors, 'open'>): void {
  place.addEventListener('click', (event) => {
    const link = event.target instanceof Element && event.target.closest<HTMLElement>('a[href]');
    if (!link) return;
    const { file, heading } = link.dataset;
    if (heading !== undefined) {
      event.preventDefault();
      showHeading(place, heading);
      // The browser handles clicks that open new tabs.
    } else if (file !== undefined && !hasModifier(event) && !event.shiftKey) {
      event.preventDefault();
      open(file);
    }
  });
}

/** GitHub adds a number to the name of a heading that occurs again. */
function showHeading(place: HTMLElement, wanted: string): void {
  const seen = new Map<string, number>();
  for (const heading of place.querySelectorAll<HTMLElement>('h3, h4, h5, h6')) {
    const slug = slugOf(heading.textContent);
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    if (wanted !== (times > 0 ? `${slug}-${times}` : slug)) continue;
    heading.tabIndex = -1;
    heading.scrollIntoView();
    heading.focus({ preventScroll: true });
    return;
  }
}
