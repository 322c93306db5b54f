import { unprintable } from '../../src/text/unprintable.ts';
import { element } from './elements.ts';
import { hits } from './search.ts';

/**
 * Shows a file name safely. Its text direction does not affect the rest of the page, and invisible or text-reversing characters are shown by
 * their code, e.g. `U+202E`.
 * @param words search words, which are highlighted
 */
export function shownName(name: string, words: readonly string[] = []): HTMLElement {
  const shown = element('bdi');
  if (name === '') shown.append(element('i', { class: 'nameless' }, 'no name'));
  let at = 0;
  for (const [start, end] of words.length > 0 ? hits(name, words) : []) {
    appendText(shown, name.slice(at, start));
    appendText(shown.appendChild(element('mark')), name.slice(start, end));
    at = end;
  }
  appendText(shown, name.slice(at));
  return shown;
}

function appendText(parent: HTMLElement, text: string): void {
  let at = 0;
  for (const { 0: character, index } of text.matchAll(unprintable)) {
    parent.append(text.slice(at, index), sign(character));
    at = index + character.length;
  }
  parent.append(text.slice(at));
}

function sign(character: string): HTMLElement {
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  const title = 'An invisible character, or one that reverses text';
  return element('span', { class: 'sign', title }, `U+${code}`);
}
