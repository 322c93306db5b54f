import { Lexer, type MarkedToken, type Token, Tokenizer, type Tokens } from 'marked';

import { decodeEntities } from './entities.ts';
import { type Resolver, addPicture, createMarkup } from './markup.ts';
import { type Builder, type Content, type Document, createBuilder, mostContents, part } from './parts.ts';

/**
 * Reads Markdown (GitHub flavor) into a tree. HTML in it becomes elements of a fixed list, without scripts, styles and identifiers.
 * @param isLate tells that the time is up. The rest is then kept as it is written
 * @param most the largest number of elements and texts
 * @throws RangeError for lists and quotes that are nested too deeply
 */
export function markdownDocument(
  text: string,
  resolver: Resolver,
  isLate: () => boolean,
  most = mostContents,
): Document {
  const { frontMatter, body } = withoutFrontMatter(text.replace(/\r\n?/g, '\n'));
  const builder = createBuilder(most);
  if (frontMatter) builder.add(part('pre', {}, frontMatter));
  const writing: Writing = { builder, resolver, html: createMarkup(builder, resolver) };
  writeBlocks(writing, tokensOf(body, isLate));
  return builder.result();
}

/** Reads HTML into a tree, by the same rules. */
export function htmlDocument(html: string, resolver: Resolver, most = mostContents): Document {
  const builder = createBuilder(most);
  createMarkup(builder, resolver)(html);
  return builder.result();
}

function withoutFrontMatter(text: string): { readonly frontMatter: string; readonly body: string } {
  const found = /^\ufeff?---[ \t]*\n([\s\S]{0,20000}?)\n---[ \t]*(?:\n|$)/.exec(text);
  return { frontMatter: found?.[1] ?? '', body: found ? text.slice(found[0].length) : text };
}

/** Markers of 32 lists or quotes in one line, or of a list that is indented far. The time for them grows with the power of their depth. */
const tooDeep = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]))){32}|^[ \t]{80,}(?:[-+*]|\d{1,9}[.)])[ \t]/m;

/** The time for a paragraph with more markers of emphasis grows with the third power of their number. */
const mostMarkers = 500;

/** Characters of a paragraph. */
const longest = 16_000;

function tokensOf(text: string, isLate: () => boolean): Token[] {
  if (tooDeep.test(text)) throw new RangeError('The lists or quotes are nested too deeply.');
  const lexer = new Lexer({ gfm: true, tokenizer: watchedTokenizer(isLate) });
  const tokens: Token[] = [];
  for (const section of sectionsOf(text)) {
    const before = tokens.length;
    try {
      lexer.blockTokens(section, tokens);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      tokens.length = before;
      tokens.push({ type: 'code', raw: section, text: section });
    }
  }
  for (const { src, tokens: inside } of lexer.inlineQueue) {
    const isSimple = src.length <= longest && (src.match(/[*_~]/g) ?? []).length <= mostMarkers;
    if (isSimple && !isLate()) lexer.inlineTokens(src, inside);
    else inside.push({ type: 'escape', raw: src, text: src });
  }
  return tokens;
}

/** Ends a section when the time is up: nested quotes can take a time that doubles with each level. It is asked before each block. */
function watchedTokenizer(isLate: () => boolean): Tokenizer {
  const tokenizer = new Tokenizer();
  const space = tokenizer.space.bind(tokenizer);
  tokenizer.space = (text) => {
    if (isLate()) throw new RangeError('The time for the document is up.');
    return space(text);
  };
  return tokenizer;
}

/** Splits a long text before headings, and a very long one before any line, because the time for a list grows with the square of its length. */
function sectionsOf(text: string): string[] {
  const sections: string[] = [];
  let [start, at, fence] = [0, 0, ''];
  for (const line of text.split('\n')) {
    const length = at - start;
    if (!fence && length > (/^#{1,6} /.test(line) ? 8_000 : 48_000)) {
      sections.push(text.slice(start, at));
      start = at;
    }
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
    if (fence ? mark.startsWith(fence) : mark) fence = fence ? '' : mark;
    at += line.length + 1;
  }
  return [...sections, text.slice(start)];
}

interface Writing {
  readonly builder: Builder;
  readonly resolver: Resolver;
  readonly html: (piece: string) => void;
}

function writeBlocks(writing: Writing, tokens: readonly Token[], isTight = false): void {
  const { builder, html } = writing;
  for (const token of tokens as readonly MarkedToken[]) {
    const inside = (tokens_: readonly Token[] | undefined) => () => writeInline(writing, tokens_ ?? []);
    if (token.type === 'heading') {
      builder.within(headingTag(token.depth), { class: `level-${token.depth}` }, inside(token.tokens));
    } else if (token.type === 'paragraph') {
      if (isTight) inside(token.tokens)();
      else builder.within('p', {}, inside(token.tokens));
    } else if (token.type === 'text') {
      if (token.tokens) inside(token.tokens)();
      else builder.add(decodeEntities(token.text));
    } else if (token.type === 'code')
      builder.add(part('pre', { tabindex: '0' }, part('code', {}, token.text)));
    else if (token.type === 'blockquote') {
      builder.within('blockquote', {}, () => writeBlocks(writing, token.tokens));
    } else if (token.type === 'list') writeList(writing, token);
    else if (token.type === 'table') writeTable(writing, token);
    else if (token.type === 'hr') builder.add(part('hr'));
    else if (token.type === 'html') html(token.text);
    else writeInline(writing, [token]);
  }
}

/** The page has the first two levels itself. */
function headingTag(depth: number): string {
  return `h${Math.min(6, depth + 2)}`;
}

function writeList(writing: Writing, { ordered, start, loose, items }: Tokens.List): void {
  const { builder } = writing;
  const attributes = ordered && start !== 1 ? { start: String(start) } : {};
  builder.within(ordered ? 'ol' : 'ul', attributes, () => {
    for (const { task, tokens } of items)
      builder.within('li', task ? { class: 'task' } : {}, () => writeBlocks(writing, tokens, !loose));
  });
}

function writeTable(writing: Writing, { header, rows }: Tokens.Table): void {
  const { builder } = writing;
  const row = (cells: readonly Tokens.TableCell[], tag: string) => (): void =>
    builder.within('tr', {}, () => {
      for (const { align, tokens } of cells)
        builder.within(tag, align ? { class: `align-${align}` } : {}, () => writeInline(writing, tokens));
    });
  builder.within('table', {}, () => {
    builder.within('thead', {}, row(header, 'th'));
    builder.within('tbody', {}, () => {
      for (const cells of rows) row(cells, 'td')();
    });
  });
}

function writeInline(writing: Writing, tokens: readonly Token[]): void {
  const { builder, resolver, html } = writing;
  for (const token of tokens as readonly MarkedToken[]) {
    const inside = (tag: string, of: readonly Token[]) =>
      builder.within(tag, {}, () => writeInline(writing, of));
    if (token.type === 'strong' || token.type === 'em' || token.type === 'del')
      inside(token.type, token.tokens);
    else if (token.type === 'codespan') builder.add(part('code', {}, token.text));
    else if (token.type === 'br') builder.add(part('br'));
    else if (token.type === 'checkbox') builder.add(box(token.checked));
    else if (token.type === 'link') {
      const link = builder.isInside('a') ? undefined : resolver.link(decodeEntities(token.href));
      builder.within(link ? 'a' : 'span', link ?? {}, () => writeInline(writing, token.tokens));
    } else if (token.type === 'image') {
      addPicture(builder, resolver, decodeEntities(token.href), decodeEntities(token.text));
    } else if (token.type === 'html') html(token.text);
    else if (token.type === 'text') writeText(writing, token);
    else if (token.type === 'escape') builder.add(token.text);
  }
}

function writeText(writing: Writing, token: Tokens.Text | Tokens.Tag): void {
  if (token.type === 'text' && token.tokens) writeInline(writing, token.tokens);
  // The content of a dropped HTML element, e.g. of `<svg>`, comes here too.
  else writing.html(token.text.replaceAll('<', '&lt;'));
}

function box(isChecked: boolean): Content {
  return part('input', {
    type: 'checkbox',
    disabled: '',
    'aria-label': isChecked ? 'Done' : 'To do',
    ...(isChecked && { checked: '' }),
  });
}
