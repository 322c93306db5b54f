import { decodeEntities } from './entities.ts';
import type { Builder } from './parts.ts';

type Attributes = Readonly<Record<string, string>>;

/** Decides about links and pictures of a document. */
export interface Resolver {
  /** The attributes of a link, or undefined for a link that is not followed. */
  readonly link: (href: string) => Attributes | undefined;
  /** The address of a picture that may be loaded. */
  readonly picture: (src: string) => string | undefined;
}

/** Tags that are kept, by themselves. The content of all others is kept without its tag. */
const kept =
  /^(?:abbr|b|bdi|bdo|blockquote|br|caption|cite|code|col|colgroup|dd|del|details|dfn|div|dl|dt|em|figcaption|figure|h[1-6]|hr|i|ins|kbd|li|mark|ol|p|pre|q|rp|rt|ruby|s|samp|small|span|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|time|tr|u|ul|var|wbr)$/;

const renamed: Readonly<Record<string, string>> = { center: 'div', strike: 's', tt: 'code', section: 'div' };

/** Elements whose content is left out. */
const dropped =
  /^(?:applet|audio|canvas|embed|frameset|head|iframe|math|noembed|noframes|noscript|object|plaintext|script|select|style|svg|template|textarea|title|video|xmp)$/;

/** Elements whose content is text. */
const rawText = /^(?:iframe|noembed|noframes|plaintext|script|style|textarea|title|xmp)$/;

const attributePattern = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>`]+)))?/g;

/** Reads HTML tag by tag. Its state goes on from one piece to the next, because Markdown has its HTML in pieces. */
export function createMarkup(builder: Builder, resolver: Resolver): (html: string) => void {
  let skipping = '';
  let depth = 0;
  const tag = ({ isEnd, name, source }: Tag): void => {
    if (skipping) {
      if (name === skipping) depth += isEnd ? -1 : 1;
      if (depth === 0) skipping = '';
    } else if (dropped.test(name)) {
      if (!isEnd && name !== 'embed' && !source.endsWith('/')) [skipping, depth] = [name, 1];
    } else if (isEnd) {
      const closed = renamed[name] ?? name;
      if (kept.test(closed) || closed === 'a') builder.close(closed);
    } else openTag(builder, resolver, name, source);
  };
  const text = (raw: string): void => {
    if (!skipping && raw) builder.add(decodeEntities(raw));
  };
  return (html) => {
    for (let at = 0; at < html.length;) {
      const next = rawText.test(skipping) ? endOfRawText(html, skipping, at) : html.indexOf('<', at);
      if (next < 0) {
        text(html.slice(at));
        return;
      }
      text(html.slice(at, next));
      const found = tagAt(html, next);
      if (typeof found !== 'number') tag(found);
      else if (found === next + 1) text('<');
      at = typeof found === 'number' ? found : found.end;
    }
  };
}

interface Tag {
  readonly isEnd: boolean;
  /** In lower case. */
  readonly name: string;
  /** The text between the name and the end of the tag. */
  readonly source: string;
  /** The position after the tag. */
  readonly end: number;
}

/**
 * Reads what begins with `<`. Like a browser, it takes the whole rest for a tag without an end.
 * @returns a tag, or the position after a comment or after a `<` that is text
 */
function tagAt(html: string, start: number): Tag | number {
  const after = (mark: string) => {
    const found = html.indexOf(mark, start);
    return found < 0 ? html.length : found + mark.length;
  };
  if (html.startsWith('<!--', start)) return after('-->');
  if (/[!?]/.test(html[start + 1] ?? '')) return after('>');
  const found = /^<(\/?)([a-zA-Z][^\s/>]*)/.exec(html.slice(start, start + 50));
  if (!found) return start + 1;
  const [head, slash, name = ''] = found;
  let at = start + head.length;
  for (let quote = ''; at < html.length; at += 1) {
    const character = html[at] ?? '';
    if (quote) {
      if (character === quote) quote = '';
    } else if (character === '>') break;
    else if (character === '"' || character === "'") quote = character;
  }
  if (at >= html.length) return html.length;
  return {
    isEnd: slash === '/',
    name: name.toLowerCase(),
    source: html.slice(start + head.length, at),
    end: at + 1,
  };
}

function endOfRawText(html: string, name: string, from: number): number {
  const end = new RegExp(`</${name}(?=[\\s/>])`, 'gi');
  end.lastIndex = from;
  return end.exec(html)?.index ?? -1;
}

function openTag(builder: Builder, resolver: Resolver, name: string, source: string): void {
  const given = attributesOf(source);
  if (name === 'a') {
    const link = builder.isInside('a') ? undefined : resolver.link(given['href'] ?? '');
    builder.open('a', link ?? {});
  } else if (name === 'img') addPicture(builder, resolver, given['src'] ?? '', given['alt'] ?? '', given);
  else {
    const tag = renamed[name] ?? name;
    const align = name === 'center' ? 'align-center' : alignment(given);
    if (kept.test(tag)) builder.open(tag, { ...keptAttributes(tag, given), ...(align && { class: align }) });
  }
}

/** Adds a picture, or its text and address if it is not loaded. */
export function addPicture(
  builder: Builder,
  resolver: Resolver,
  src: string,
  alt: string,
  given: Attributes = {},
): void {
  const address = resolver.picture(src);
  if (address !== undefined) {
    const size = ['width', 'height'].flatMap((name) => {
      const value = given[name] ?? '';
      return /^\d{1,4}(?:px)?$/.test(value) ? [[name, String(parseInt(value, 10))] as const] : [];
    });
    builder.open('img', { src: address, alt, loading: 'lazy', ...Object.fromEntries(size) });
    return;
  }
  const shown = src.startsWith('data:') ? 'data:' : src;
  builder.within('span', { class: 'absent' }, () => {
    if (alt) builder.add(`${alt} `);
    if (shown) builder.within('code', {}, () => builder.add(shown));
  });
}

function attributesOf(source: string): Attributes {
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [, name = '', ...values] of source.matchAll(attributePattern)) {
    const forms: readonly (string | undefined)[] = values;
    found[name.toLowerCase()] ??= decodeEntities(forms.find((value) => value !== undefined) ?? '');
  }
  return found;
}

function alignment(given: Attributes): string | undefined {
  const align = given['align'] ?? /text-align:\s*(\w+)/.exec(given['style'] ?? '')?.[1];
  return /^(?:left|center|right)$/.exec(align ?? '') ? `align-${align}` : undefined;
}

const numbers = /^\d{1,3}$/;

/** The attributes that a tag keeps, and the form of their values. */
const attributesByTag: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  td: { colspan: numbers, rowspan: numbers },
  th: { colspan: numbers, rowspan: numbers, scope: /^(?:row|col)$/ },
  ol: { start: /^-?\d{1,9}$/, type: /^[1aAiI]$/, reversed: /^/ },
  li: { value: /^-?\d{1,9}$/ },
  details: { open: /^/ },
  abbr: { title: /^/ },
  dfn: { title: /^/ },
  time: { datetime: /^/ },
  bdo: { dir: /^(?:ltr|rtl)$/ },
  p: { dir: /^(?:ltr|rtl|auto)$/ },
  div: { dir: /^(?:ltr|rtl|auto)$/ },
};

function keptAttributes(tag: string, given: Attributes): Attributes {
  const allowed = Object.entries(attributesByTag[tag] ?? {});
  return Object.fromEntries(
    allowed.flatMap(([name, form]) => {
      const value = given[name];
      return value !== undefined && form.test(value) ? [[name, value]] : [];
    }),
  );
}
