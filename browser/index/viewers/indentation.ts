export interface Indented {
  readonly text: string;
  /** The text ends before the end of the file. */
  readonly isCut: boolean;
}

/** Lines that a viewer shows. Browsers lay out more of them too slowly. */
export const mostLines = 20_000;

/** Deeper levels are not indented further: 100,000 levels would need 10 GB of spaces. */
const deepest = 40;

/** Characters of an array that stays on one line, for example a position in GeoJSON. */
const lineLength = 80;

/** A token of JSON. `kind` is its first character for punctuation. */
interface Token {
  readonly kind: '{' | '}' | '[' | ']' | ',' | ':' | 'text' | 'other' | 'partial' | 'wrong';
  readonly text: string;
  readonly end: number;
}

/**
 * Indents JSON (RFC 8259), and JSON Lines: values in lines of their own. Each token stays as it is written, so no number is rounded.
 * @param isCut the text is the beginning of a file
 * @returns undefined if the text is not valid
 */
export function indented(text: string, isCut: boolean): Indented | undefined {
  const layout = createLayout();
  let at = 0;
  while (layout.lines() < mostLines) {
    const start = afterSpace(text, at);
    if (start === text.length) return layout.isDone() || isCut ? { text: layout.text(), isCut } : undefined;
    if (text.slice(at, start).includes('\n')) layout.startLine();
    const token = shortArray(text, start) ?? tokenAt(text, start);
    if (token.kind === 'partial' && isCut) return { text: layout.text() + token.text, isCut };
    if (!layout.add(token)) return undefined;
    at = token.end;
  }
  return { text: layout.text(), isCut: true };
}

/** What comes next. `first` and `firstKey` may be the end of an empty array or object instead. */
type Wanted = 'value' | 'first' | 'key' | 'firstKey' | 'colon' | 'comma';

/** Lines that are indented by the brackets that are open. */
function createLines() {
  const pieces: string[] = [];
  const ends: string[] = [];
  let lines = 1;
  return {
    pieces,
    /** The ends of the open brackets. */
    ends,
    count: () => lines,
    next: (): void => {
      lines += 1;
      pieces.push('\n', '  '.repeat(Math.min(ends.length, deepest)));
    },
  };
}

/** Collects tokens. It refuses a token that the grammar does not allow at its place. */
function createLayout() {
  const { pieces, ends, count, next } = createLines();
  let wanted: Wanted = 'value';
  const isDone = () => ends.length === 0 && wanted === 'comma';
  const startValue = (): boolean => {
    if (wanted === 'first') next();
    return wanted === 'first' || wanted === 'value';
  };
  const open = (bracket: '{' | '['): boolean => {
    if (!startValue()) return false;
    pieces.push(bracket);
    ends.push(bracket === '{' ? '}' : ']');
    wanted = bracket === '{' ? 'firstKey' : 'first';
    return true;
  };
  const close = (bracket: '}' | ']'): boolean => {
    const isEmpty = wanted === 'first' || wanted === 'firstKey';
    if ((!isEmpty && wanted !== 'comma') || ends.pop() !== bracket) return false;
    if (!isEmpty) next();
    pieces.push(bracket);
    wanted = 'comma';
    return true;
  };
  const separate = (separator: ',' | ':'): boolean => {
    if (wanted !== (separator === ',' ? 'comma' : 'colon') || ends.length === 0) return false;
    pieces.push(separator === ',' ? ',' : ': ');
    if (separator === ',') next();
    wanted = separator === ',' && ends.at(-1) === '}' ? 'key' : 'value';
    return true;
  };
  const scalar = ({ kind, text }: Token): boolean => {
    if (kind === 'text' && (wanted === 'key' || wanted === 'firstKey')) {
      if (wanted === 'firstKey') next();
      wanted = 'colon';
    } else if (startValue()) wanted = 'comma';
    else return false;
    pieces.push(text);
    return true;
  };
  /** A new line after a complete value begins the next value of JSON Lines. */
  const startLine = (): void => {
    if (!isDone()) return;
    next();
    wanted = 'value';
  };
  const add = (token: Token): boolean => {
    const { kind } = token;
    if (kind === '{' || kind === '[') return open(kind);
    if (kind === '}' || kind === ']') return close(kind);
    if (kind === ',' || kind === ':') return separate(kind);
    return (kind === 'text' || kind === 'other') && scalar(token);
  };
  return { lines: count, text: () => pieces.join(''), isDone, startLine, add };
}

const scalars = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

/** Characters of the longest unfinished word or number at the end of a text. */
const tail = 400;

function tokenAt(text: string, start: number): Token {
  const first = text.charAt(start);
  if (first === '"') return stringAt(text, start);
  if (/[{}[\],:]/.test(first)) return { kind: first as ',', text: first, end: start + 1 };
  scalars.lastIndex = start;
  const found = scalars.exec(text)?.[0];
  if (found !== undefined) return { kind: 'other', text: found, end: start + found.length };
  const rest = text.slice(start, start + tail);
  return { kind: rest.length < tail ? 'partial' : 'wrong', text: rest, end: start + rest.length };
}

/** A loop, because a pattern overflows the stack of the browser at a text of some megabytes. */
function stringAt(text: string, start: number): Token {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { kind: 'text', text: text.slice(start, at + 1), end: at + 1 };
    const isEscape = code === 0x5c;
    if (code < 0x20 || (isEscape && !/^\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/.test(text.slice(at, at + 6))))
      return { kind: text.length - at < 6 ? 'partial' : 'wrong', text: text.slice(start), end: text.length };
    if (isEscape) at += 1;
  }
  return { kind: 'partial', text: text.slice(start), end: text.length };
}

const shortArrays = /\[\s*(?:(?:[-+.\w]+|"[^"\\\n]{0,60}")\s*(?:,\s*(?:[-+.\w]+|"[^"\\\n]{0,60}")\s*)*)?\]/y;

/** An array of a few numbers, words and short texts, as one token. */
function shortArray(text: string, start: number): Token | undefined {
  if (text[start] !== '[') return undefined;
  shortArrays.lastIndex = 0;
  const found = shortArrays.exec(text.slice(start, start + 4 * lineLength))?.[0];
  if (found === undefined) return undefined;
  try {
    JSON.parse(found);
  } catch {
    return undefined;
  }
  const line = found.replace(/"[^"]*"|\s+|,/g, (part) => (part === ',' ? ', ' : part.trim()));
  return line.length > lineLength ? undefined : { kind: 'other', text: line, end: start + found.length };
}

function afterSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) at += 1;
  return at;
}
