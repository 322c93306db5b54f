import { type Line, commentLines } from './markdownLines.ts';
import type { NotesEdit } from '../hosts/reporter.ts';
import { encodedKey } from './markers.ts';

/** The block of a key in the notes, without its markers. `damaged`: somebody edited the markers, so that its limits are not certain. */
export type Place =
  | { readonly kind: 'block'; readonly start: number; readonly end: number; readonly content: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'damaged'; readonly problem: string };

interface Markers {
  readonly begin: string;
  readonly end: string;
}

/** The lines before and after a block. */
export function blockMarkers(key: string): Markers {
  const encoded = encodedKey(key);
  return {
    begin: `<!-- upload-to-workspace begin: ${encoded} -->`,
    end: `<!-- upload-to-workspace end: ${encoded} -->`,
  };
}

/**
 * Finds the block of a key. It has exactly one pair of markers in the right order, each alone on its line, with no marker of another block
 * between them, and it is outside of code, lists, quotes and HTML. Any other trace of its markers means that the block is damaged.
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
          problem: `a marker of the table is broken, or is inside code, a list, a quote or HTML`,
        }
      : { kind: 'none' };
  }
  if (own.length === 1) {
    return {
      kind: 'damaged',
      problem: `the marker that ${first?.text === begin ? 'ends' : 'begins'} the table is missing, or is inside code, a list, a quote or HTML`,
    };
  }
  if (own.length > 2 || first?.text !== begin || last?.text !== end) {
    return {
      kind: 'damaged',
      problem: `the markers of the table appear more than once, or in the wrong order`,
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
 * Puts a block into the notes. It replaces the block with the same key, else it comes at the end. No other character changes.
 * @param content returns Markdown with `\n` between lines, given the current block; undefined leaves the notes unchanged
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
        problem: `they end in code or HTML that is not closed, so a table at the end would not be visible`,
        isDamage: false,
      };
}

/** The line breaks for an empty line between the notes and a new block. */
function gap(notes: string, newline: string): string {
  if (notes.trim() === '') return '';
  if (/\n[ \t]*\r?\n$/.test(notes)) return '';
  return notes.endsWith('\n') ? newline : `${newline}${newline}`;
}

const anyMarker = /^<!-- upload-to-workspace (?:begin|end): \S+ -->$/;

/** The markers of all keys that are alone on a line at the top level of the document, in their order. */
function markerLines(notes: string): Line[] {
  if (!notes.includes('<!-- upload-to-workspace')) return [];
  const isLine = ({ text, offset }: Line) =>
    anyMarker.test(text) && (offset === 0 || notes[offset - 1] === '\n');
  return [...commentLines(notes)].filter(isLine);
}

/** Whether the notes have the text of a marker. A longer key that begins with this one has another marker. */
function hasTrace(notes: string, trace: string): boolean {
  for (let at = notes.indexOf(trace); at >= 0; at = notes.indexOf(trace, at + 1)) {
    const next = notes[at + trace.length];
    if (next === undefined || /[\s>-]/.test(next)) return true;
  }
  return false;
}
