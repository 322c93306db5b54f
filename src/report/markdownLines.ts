/** A line of a Markdown document, without its line break. */
export interface Line {
  readonly text: string;
  readonly offset: number;
}

/** The open block at one level of a document: the next line may continue it (CommonMark 0.31, "Blocks and inlines"). */
interface Level {
  /** The fence that ends the open code block. */
  fence?: string | undefined;
  /** Matches the line that ends the open HTML block. */
  html?: RegExp | undefined;
  isParagraph?: boolean;
  /** The open list item, whose lines are indented by `indent` columns, or the open quote, whose lines begin with `>`. */
  inner?: { readonly indent: number | 'quote'; readonly level: Level; isEmpty: boolean } | undefined;
}

/** Nested lists and quotes are read up to this level. Deeper levels count as text. */
const deepest = 30;

/**
 * Yields the HTML comments that are alone on a line at the top level of a Markdown document, outside of code blocks, lists, quotes and other
 * HTML. It reads each line once, because a full Markdown parser takes minutes for hostile notes.
 */
export function* commentLines(document: string): Generator<Line> {
  const top: Level = {};
  for (const line of linesOf(document)) {
    const isFree = top.fence === undefined && top.html === undefined;
    if (isFree && /^<!--.*-->$/.test(line.text)) yield line;
    readLine(top, line.text, 0);
  }
}

function* linesOf(document: string): Generator<Line> {
  const breaks = /\r\n?|\n/g;
  let offset = 0;
  for (const found of document.matchAll(breaks)) {
    yield { text: document.slice(offset, found.index), offset };
    offset = found.index + found[0].length;
  }
  yield { text: document.slice(offset), offset };
}

/** @param column of the first character; tab stops are counted from it */
function readLine(level: Level, text: string, column: number, depth = 0): void {
  const spaces = indentOf(text, column);
  if (level.fence !== undefined) {
    if (endsFence(level.fence, text, spaces)) level.fence = undefined;
  } else if (level.html) {
    if (level.html.test(text)) level.html = undefined;
  } else if (depth === deepest || !readInner(level, text, column, depth)) {
    if (isBlank(text)) {
      level.inner = undefined;
      level.isParagraph = false;
    } else readStart(level, text, column, depth);
  }
}

/** Whether a line continues the open list item or quote. */
function readInner(level: Level, text: string, column: number, depth: number): boolean {
  const { inner } = level;
  if (!inner) return false;
  const spaces = indentOf(text, column);
  const bare = text.trimStart();
  if (inner.indent === 'quote') {
    if (spaces > 3 || !bare.startsWith('>')) return false;
    readQuoted(inner.level, bare, column + spaces, depth);
    return true;
  }
  if (isBlank(text)) {
    if (inner.isEmpty) return false;
    readLine(inner.level, '', 0, depth + 1);
    return true;
  }
  if (spaces < inner.indent) return false;
  inner.isEmpty = false;
  readLine(inner.level, ' '.repeat(spaces - inner.indent) + bare, column + inner.indent, depth + 1);
  return true;
}

/** @param text begins with `>` */
function readQuoted(level: Level, text: string, column: number, depth: number): void {
  const rest = text.slice(1);
  const spaces = indentOf(rest, column + 1);
  const bare = rest.trimStart();
  readLine(
    level,
    spaces > 0 ? ' '.repeat(spaces - 1) + bare : bare,
    column + (spaces > 0 ? 2 : 1),
    depth + 1,
  );
}

/** Reads a line with text that continues no open block, except perhaps a paragraph. */
function readStart(level: Level, text: string, column: number, depth: number): void {
  const spaces = indentOf(text, column);
  const start = spaces < 4 ? text.trimStart() : '';
  const isOwn = level.isParagraph === true && !level.inner;
  const isLazy = hasParagraph(level);
  if (start === '' || isUnderline(start, isOwn) || isHeading(start)) {
    if (start === '' && isLazy) return;
    Object.assign(level, { inner: undefined, isParagraph: false });
    return;
  }
  const item = itemOf(start, column + spaces, isOwn);
  if (item || start.startsWith('>')) {
    const inner = { indent: 'quote', isEmpty: false, level: {} } as const;
    level.isParagraph = false;
    level.inner = item ? { ...item, indent: spaces + item.indent, level: {} } : inner;
    if (depth + 1 >= deepest) level.inner.level.isParagraph = true;
    else if (item) readLine(level.inner.level, item.rest, column + spaces + item.indent, depth + 1);
    else readQuoted(level.inner.level, start, column + spaces, depth);
    return;
  }
  const html = htmlEnd(start, isLazy);
  const fence = /^(?:`{3,}(?=[^`]*$)|~{3,})/.exec(start)?.[0];
  const isText = html === undefined && fence === undefined;
  // A line that starts no block continues the open paragraph, at any level.
  if (isText && isLazy) return;
  // An HTML block may end on its first line.
  const openHtml = html?.test(text) ? undefined : html;
  Object.assign(level, { inner: undefined, fence, html: openHtml, isParagraph: isText });
}

function hasParagraph({ inner, isParagraph, fence, html }: Level): boolean {
  if (inner) return hasParagraph(inner.level);
  return isParagraph === true && fence === undefined && html === undefined;
}

function isBlank(text: string): boolean {
  return blank.test(text);
}

/** Columns of white space before the text. A tab advances to the next multiple of four. */
function indentOf(text: string, column: number): number {
  let at = column;
  for (const character of text) {
    if (character === ' ') at += 1;
    else if (character === '\t') at += 4 - (at % 4);
    else break;
  }
  return at - column;
}

interface Item {
  /** Columns from the marker to the text. */
  readonly indent: number;
  readonly isEmpty: boolean;
  readonly rest: string;
}

/** The list item that a line starts. An empty item, or one with a number other than 1, cannot interrupt a paragraph. */
function itemOf(start: string, column: number, isAfterParagraph: boolean): Item | undefined {
  const [, marker = '', number, rest = ''] = /^((\d{1,9})[.)]|[-+*])(?![^ \t])(.*)$/s.exec(start) ?? [];
  if (marker === '') return undefined;
  const isEmpty = isBlank(rest);
  if (isAfterParagraph && (isEmpty || (number !== undefined && Number(number) !== 1))) return undefined;
  const spaces = indentOf(rest, column + marker.length);
  const own = isEmpty || spaces > 4 ? 1 : spaces;
  const text = isEmpty ? '' : ' '.repeat(spaces - own) + rest.trimStart();
  return { indent: marker.length + own, isEmpty, rest: text };
}

/** The underline of a heading, or a thematic break: three or more of one character. */
function isUnderline(start: string, isAfterParagraph: boolean): boolean {
  const bare = start.replaceAll(' ', '').replaceAll('\t', '');
  if (/^(?:-{3,}|\*{3,}|_{3,})$/.test(bare)) return true;
  return isAfterParagraph && /^(?:=+|-+)[ \t]*$/.test(start);
}

function isHeading(start: string): boolean {
  return /^#{1,6}(?![^ \t])/.test(start);
}

function endsFence(fence: string, text: string, spaces: number): boolean {
  const closing = text.trim();
  return spaces < 4 && closing.startsWith(fence) && closing === fence.charAt(0).repeat(closing.length);
}

const blank = /^[ \t]*$/;

const blockTags =
  'address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul';

/** The start and the end of HTML blocks (CommonMark 0.31, 4.6). */
const htmlBlocks: readonly (readonly [start: RegExp, end: RegExp])[] = [
  [/^<(?:script|pre|style|textarea)(?:[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^<!--/, /-->/],
  [/^<\?/, /\?>/],
  [/^<![a-z]/i, />/],
  [/^<!\[CDATA\[/, /\]\]>/],
  [new RegExp(`^</?(?:${blockTags})(?:[\\s>]|/>|$)`, 'i'), blank],
];

/** Any other tag that is alone on a line. It cannot interrupt a paragraph. */
const loneTag = /^(?:<[a-z][a-z0-9-]*(?:\s[^<>]*)?\/?>|<\/[a-z][a-z0-9-]*\s*>)[ \t]*$/i;

function htmlEnd(start: string, isAfterParagraph: boolean): RegExp | undefined {
  if (!start.startsWith('<')) return undefined;
  const block = htmlBlocks.find(([begin]) => begin.test(start));
  if (block) return block[1];
  return !isAfterParagraph && loneTag.test(start) ? blank : undefined;
}
