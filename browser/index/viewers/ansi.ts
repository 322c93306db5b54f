/** A color of a terminal: its number from 0 to 15, or `#rrggbb`. */
export type Color = number | string;

export interface Style {
  readonly color?: Color | undefined;
  readonly background?: Color | undefined;
  readonly isBold?: boolean;
  readonly isFaint?: boolean;
  readonly isItalic?: boolean;
  readonly isUnderlined?: boolean;
  readonly isStruck?: boolean;
  readonly isInverse?: boolean;
}

/** A text in one style. */
export interface Run {
  readonly text: string;
  readonly style: Style;
}

/** Runs in one document. The text after them has no colors, because more elements make a page slow. */
export const mostRuns = 20_000;

/** Sequences of a terminal: CSI with its parameters, strings such as titles and links, and all others of two or three characters. */
const sequence =
  /\x1b\[([\x30-\x3f]{0,200})[\x20-\x2f]{0,20}([\x40-\x7e])|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b[\x20-\x2f]{0,3}[\x30-\x7e]?|[\0-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]/g;

/** Whether a text has colors or other sequences of a terminal, or lines that a progress bar writes again. */
export function hasSequences(text: string): boolean {
  return text.includes('\x1b[') || /\r[^\r\n]/.test(text);
}

/** Reads the output of a program for a terminal (ECMA-48). Lines that are written again show their last state. */
export function ansiRuns(text: string, most = mostRuns): Run[] {
  const runs: Run[] = [];
  const write = (piece: string, style: Style): void => {
    if (piece === '') return;
    const last = runs.at(-1);
    const isFull = runs.length > most;
    if (last && (isFull || last.style === style))
      runs[runs.length - 1] = { ...last, text: last.text + piece };
    else runs.push({ text: piece, style });
    if (runs.length === most) runs.push({ text: '', style: plain });
  };
  const styles = createStyles();
  let cells = 0;
  for (const line of text.split(/(?<=\n)/)) {
    const body = withoutEnd(line);
    if (/[\r\b]|\x1b\[\d{0,9}[CDGK]/.test(body) && cells < mostCells)
      cells += writeOverwritten(body, styles, write);
    else eachPiece(body, styles, (piece) => write(piece, styles.current()));
    if (line.endsWith('\n')) write('\n', styles.current());
  }
  return runs.filter((run) => run.text !== '');
}

/** A line without its end, `\n` or `\r\n`. */
function withoutEnd(line: string): string {
  let end = line.length;
  if (line[end - 1] === '\n') for (end -= 1; line[end - 1] === '\r';) end -= 1;
  return line.slice(0, end);
}

const plain: Style = {};

interface Styles {
  readonly current: () => Style;
  /** Applies the parameters of SGR (Select Graphic Rendition). */
  readonly select: (parameters: string) => void;
}

/** The style at this place of the text. Equal styles are the same object. */
function createStyles(): Styles {
  const known = new Map<string, Style>([['{}', plain]]);
  let following = new Map<Style, Map<string, Style>>();
  let current = plain;
  return {
    current: () => current,
    select: (parameters) => {
      const after = following.get(current) ?? new Map<string, Style>();
      let next = after.get(parameters);
      if (!next) {
        const made = selected(current, parameters);
        const key = JSON.stringify(made);
        next = known.get(key) ?? made;
        if (known.size > 5_000) {
          known.clear();
          following = new Map();
        }
        known.set(key, next);
        following.set(current, after.set(parameters, next));
      }
      current = next;
    },
  };
}

/** Calls back with each text, and with each sequence that is no color. */
function eachPiece(
  line: string,
  styles: Styles,
  onText: (text: string) => void,
  onMove: (command: string, parameter: number) => void = () => undefined,
): void {
  let at = 0;
  for (const found of line.matchAll(sequence)) {
    onText(line.slice(at, found.index));
    at = found.index + found[0].length;
    const [, parameters = '', command = ''] = found;
    if (command === 'm') styles.select(parameters);
    else if (command) onMove(command, parseInt(parameters, 10) || 0);
  }
  onText(line.slice(at));
}

/** Columns of a line that a program writes again. */
const widest = 2_000;

/** Columns of all such lines. A sequence of a few bytes can move over many columns. */
const mostCells = 1_000_000;

/** @returns the number of columns, with those that were erased again */
function writeOverwritten(line: string, styles: Styles, write: (text: string, style: Style) => void): number {
  const cells: { text: string; style: Style }[] = [];
  let [column, filled] = [0, 0];
  const move = (to: number): void => {
    column = Math.min(Math.max(0, to), widest);
  };
  const put = (text: string): void => {
    for (const character of text) {
      if (character === '\r') move(0);
      else if (character === '\b') move(column - 1);
      else {
        for (; cells.length < column; filled += 1) cells.push({ text: ' ', style: plain });
        cells[column] = { text: character, style: styles.current() };
        column += 1;
      }
    }
  };
  eachPiece(line, styles, put, (command, parameter) => {
    if (command === 'G') move(parameter - 1);
    else if (command === 'C') move(column + Math.max(1, parameter));
    else if (command === 'D') move(column - Math.max(1, parameter));
    else if (command === 'K' && filled > mostCells) return;
    else if (command === 'K' && parameter === 2) cells.length = 0;
    else if (command === 'K' && parameter === 0) cells.length = Math.min(cells.length, column);
  });
  for (const { text, style } of cells) write(text, style);
  return filled + cells.length;
}

const switches: Readonly<Record<number, Style>> = {
  1: { isBold: true },
  2: { isFaint: true },
  3: { isItalic: true },
  4: { isUnderlined: true },
  7: { isInverse: true },
  9: { isStruck: true },
  21: { isUnderlined: true },
  22: { isBold: false, isFaint: false },
  23: { isItalic: false },
  24: { isUnderlined: false },
  27: { isInverse: false },
  29: { isStruck: false },
  39: { color: undefined },
  49: { background: undefined },
};

function selected(style: Style, parameters: string): Style {
  let next = style;
  const codes = parameters.split(/[;:]/).map(Number);
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 0) next = plain;
    else if (code === 38 || code === 48) {
      const isRgb = codes[at + 1] === 2;
      const color = extended(codes.slice(at + 1, at + 5));
      at += isRgb ? 4 : 2;
      if (color !== undefined) next = { ...next, [code === 38 ? 'color' : 'background']: color };
    } else if (code >= 30 && code <= 37) next = { ...next, color: code - 30 };
    else if (code >= 90 && code <= 97) next = { ...next, color: code - 82 };
    else if (code >= 40 && code <= 47) next = { ...next, background: code - 40 };
    else if (code >= 100 && code <= 107) next = { ...next, background: code - 92 };
    else next = { ...next, ...switches[code] };
  }
  return Object.fromEntries(
    Object.entries(next).filter(([, value]) => value !== false && value !== undefined),
  );
}

/** A color of the palette of 256 (`5;n`), or of RGB (`2;r;g;b`). */
function extended([kind, a = NaN, b = NaN, c = NaN]: readonly number[]): Color | undefined {
  const isByte = (value: number) => value >= 0 && value <= 255;
  if (kind === 2) return [a, b, c].every(isByte) ? hex(a, b, c) : undefined;
  if (kind !== 5 || !isByte(a)) return undefined;
  if (a < 16) return a;
  if (a >= 232) return hex(8 + (a - 232) * 10, 8 + (a - 232) * 10, 8 + (a - 232) * 10);
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  return hex(level(Math.floor((a - 16) / 36)), level(Math.floor((a - 16) / 6) % 6), level((a - 16) % 6));
}

function hex(...bytes: readonly number[]): string {
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
