import type { Files } from './files.ts';
import type { Term } from './query.ts';
import type { Row } from './tree.ts';

/** Removes case, accents and variants of letters, for comparison. */
export function fold(text: string): string {
  if (/^[\u0000-\u007f]*$/.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Searches the paths. The first search prepares them. */
export function searchIn(files: Files): (terms: readonly Term[], ranks: Uint32Array) => Row[] {
  let folded: readonly string[] | undefined;
  return (terms, ranks) => {
    folded ??= Array.from({ length: files.count }, (_, file) => fold(files.path(file)));
    const found: number[] = [];
    folded.forEach((path, file) => {
      if (terms.every((matches) => matches(file, path))) found.push(file);
    });
    found.sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
    return found.map((file) => ({ kind: 'file', file, depth: 0 }));
  };
}

/** The ranges of a text that match a word, in code units. They are sorted and do not overlap. */
export function hits(text: string, words: readonly string[]): [start: number, end: number][] {
  const { folded, places } = foldWithPlaces(text);
  const marked = new Uint8Array(text.length);
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + 1)) {
      marked.fill(1, places[at], places[at + word.length]);
    }
  }
  const ranges: [number, number][] = [];
  for (let start = marked.indexOf(1); start >= 0;) {
    const after = marked.indexOf(0, start);
    const end = after < 0 ? text.length : after;
    ranges.push([start, end]);
    start = marked.indexOf(1, end);
  }
  return ranges;
}

/** A folded text. For each of its code units, the start of the original character. */
function foldWithPlaces(text: string): { folded: string; places: number[] } {
  const places: number[] = [];
  let folded = '';
  let at = 0;
  for (const character of text) {
    const piece = fold(character);
    places.push(...Array<number>(piece.length).fill(at));
    folded += piece;
    at += character.length;
  }
  places.push(at);
  return { folded, places };
}
