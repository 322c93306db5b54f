import type { Files } from './files.ts';
import type { Row } from './tree.ts';

/** Text as the search compares it: without case, accents and other forms of the same letter. */
export function fold(text: string): string {
  if (/^[\u0000-\u007f]*$/.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The words of a search. A file is found when its path has all of them, wherever they stand. */
export function searchWords(query: string): string[] {
  return fold(query).split(/\s+/).filter(Boolean);
}

/** Searches the files' paths. What has to be prepared is prepared by the first search. */
export function searchIn(files: Files): (words: readonly string[], ranks: Uint32Array) => Row[] {
  let folded: readonly string[] | undefined;
  return (words, ranks) => {
    folded ??= Array.from({ length: files.count }, (_, file) => fold(files.path(file)));
    const found: number[] = [];
    folded.forEach((path, file) => {
      if (words.every((word) => path.includes(word))) found.push(file);
    });
    found.sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
    return found.map((file) => ({ kind: 'file', file, depth: 0 }));
  };
}

/** From where to where, in code units, a text has one of the words: in order, and apart. */
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

/** A folded text, and for each of its code units where the character begins that it comes from. */
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
