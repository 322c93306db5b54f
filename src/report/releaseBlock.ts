import { type Line, commentLines } from './markdownLines.ts';
import type { NotesEdit } from '../hosts/reports.ts';
import { encodedKey } from './markers.ts';

/** What stands in the notes for a key: its block without the markers, or nothing yet, or something that nobody can be sure of. */
export type Place =
  | { readonly kind: 'block'; readonly start: number; readonly end: number; readonly content: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'damaged'; readonly problem: string };

interface Markers {
  readonly begin: string;
  readonly end: string;
}

/** The two lines that a block stands between. */
export function blockMarkers(key: string): Markers {
  const encoded = encodedKey(key);
  return {
    begin: `<!-- upload-to-workspace begin: ${encoded} -->`,
    end: `<!-- upload-to-workspace end: ${encoded} -->`,
  };
}

/**
 * Finds the block of a key: exactly one pair of its markers, in their order, each alone on its line, with no other block's marker between
 * them, and all of it outside of code, lists, quotes and HTML. Anything else that looks like it was damaged by somebody.
 */
export function findBlock(notes: string, key: string): Place {
  const { begin, end } = blockMarkers(key);
  const lines = markerLines(notes);
  const own = lines.filter(({ text }) => text === begin || text === end);
  const [first, last] = own;
  if (own.length === 0) {
    const traces = [begin, end].map((marker) => marker.slice(0, -' -->'.length));
    return traces.some((trace) => hasTrace(notes, trace))
      ? {
          kind: 'damaged',
          problem: `a marker of the table is there, but broken, or within code, a list, a quote or HTML`,
        }
      : { kind: 'none' };
  }
  if (own.length === 1) {
    return {
      kind: 'damaged',
      problem: `the marker that ${first?.text === begin ? 'ends' : 'begins'} the table is missing, or is within code, a list, a quote or HTML`,
    };
  }
  if (own.length > 2 || first?.text !== begin || last?.text !== end) {
    return {
      kind: 'damaged',
      problem: `the markers of the table are there more than once, or in the wrong order`,
    };
  }
  if (lines.some(({ offset }) => offset > first.offset && offset < last.offset)) {
    return { kind: 'damaged', problem: `the markers of another table are between those of this one` };
  }
  const start = first.offset;
  const stop = last.offset + end.length;
  const content = notes.slice(start + begin.length, last.offset);
  return content.includes('<!-- upload-to-workspace')
    ? { kind: 'damaged', problem: `the markers of a table are between those of this one` }
    : { kind: 'block', start, end: stop, content };
}

/**
 * Puts a block into the notes: in the place of the one that is there, else at the end. No other character changes.
 * @param content Markdown, lines apart by `\n`, where the notes' own line breaks are taken; told what is there, and without an answer
 *   that is left as it is
 */
export function putBlock(
  notes: string,
  key: string,
  content: (before: string | undefined) => string | undefined,
): NotesEdit {
  const place = findBlock(notes, key);
  if (place.kind === 'damaged') return { problem: place.problem, isDamage: true };
  const text = content(place.kind === 'block' ? place.content : undefined);
  if (text === undefined) return { notes };
  const { begin, end } = blockMarkers(key);
  const newline = notes.includes('\r\n') ? '\r\n' : '\n';
  const block = `${begin}\n\n${text.trim()}\n\n${end}`.replaceAll('\n', newline);
  const edited =
    place.kind === 'block'
      ? `${notes.slice(0, place.start)}${block}${notes.slice(place.end)}`
      : `${notes}${gap(notes, newline)}${block}`;
  return findBlock(edited, key).kind === 'block'
    ? { notes: edited }
    : {
        problem: `they end within code or HTML that is not closed, where a table would not be seen`,
        isDamage: false,
      };
}

/** What is between the notes and a block that comes after them: an empty line. */
function gap(notes: string, newline: string): string {
  if (notes.trim() === '') return '';
  if (/\n[ \t]*\r?\n$/.test(notes)) return '';
  return notes.endsWith('\n') ? newline : `${newline}${newline}`;
}

const anyMarker = /^<!-- upload-to-workspace (?:begin|end): \S+ -->$/;

/** The markers that are HTML comments of their own at the top of the document, whatever their key, in their order. */
function markerLines(notes: string): Line[] {
  if (!notes.includes('<!-- upload-to-workspace')) return [];
  const isLine = ({ text, offset }: Line) =>
    anyMarker.test(text) && (offset === 0 || notes[offset - 1] === '\n');
  return [...commentLines(notes)].filter(isLine);
}

/** A longer key may begin like this one, and is another. */
function hasTrace(notes: string, trace: string): boolean {
  for (let at = notes.indexOf(trace); at >= 0; at = notes.indexOf(trace, at + 1)) {
    const next = notes[at + trace.length];
    if (next === undefined || /[\s>-]/.test(next)) return true;
  }
  return false;
}
