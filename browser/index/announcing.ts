import { byId } from './elements.ts';

/** Gives a text to screen readers. It is not visible. */
export function speak(text: string): void {
  byId('spoken').textContent = text;
}

/** Says what the pane shows: that it opens, that it reads the file, that it shows it, or why it cannot. */
export function announcePane(pane: HTMLElement): void {
  let spoken = '';
  new MutationObserver(() => {
    const text = textOf(pane);
    if (text !== spoken && text !== '') speak(text);
    spoken = text;
  }).observe(pane, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['data-state', 'hidden'],
  });
}

function textOf(pane: HTMLElement): string {
  if (pane.hidden) return '';
  const title = pane.querySelector('h2')?.textContent ?? '';
  const content = pane.querySelector<HTMLElement>('.content');
  if (!content) return title;
  const state = content.dataset['state'];
  if (state === 'loading') return `${title}: loading`;
  const reason = content.querySelector('.said')?.firstChild?.textContent;
  if (state === 'failed' || content.firstElementChild?.className === 'said')
    return `${title}: ${reason ?? ''}`;
  return content.firstChild ? `${title}: shown` : title;
}
