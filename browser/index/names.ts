import { unprintable } from '../../src/text/unprintable.ts';
import { cutOf } from './cutting.ts';
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
  appendMarked(shown, name, words.length > 0 ? hits(name, words) : [], 0, name.length);
  return shown;
}

/** Shows a file name like {@link shownName}. If it does not fit, it is cut in the middle, and its ending stays visible. */
export function cutName(name: string, words: readonly string[] = []): HTMLElement {
  const cut = cutOf(name);
  if (cut === undefined) return shownName(name, words);
  const marks = words.length > 0 ? hits(name, words) : [];
  const [start, end] = [element('span', { class: 'start' }), element('span', { class: 'end' })];
  appendMarked(start, name, marks, 0, cut);
  appendMarked(end, name, marks, cut, name.length);
  return element('bdi', { class: 'cut' }, start, end);
}

/** Appends a part of a name, with its marks. */
function appendMarked(
  parent: HTMLElement,
  name: string,
  marks: readonly (readonly [start: number, end: number])[],
  from: number,
  to: number,
): void {
  let at = from;
  for (const [first, last] of marks) {
    const [start, end] = [Math.max(first, from), Math.min(last, to)];
    if (start >= end) continue;
    appendText(parent, name.slice(at, start));
    appendText(parent.appendChild(element('mark')), name.slice(start, end));
    at = end;
  }
  appendText(parent, name.slice(at, to));
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
