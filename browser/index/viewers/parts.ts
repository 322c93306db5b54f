/** Content of a viewer: a text, or the description of an element. */
export type Content = string | Part;

/** An element as plain data. `dom.ts` creates it, with the tags and attributes that it knows. */
export interface Part {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Content[];
}

export function part(
  tag: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Content[]
): Part {
  return { tag, attributes, children };
}

/** Builds a tree from a sequence of tags and texts. The tags may be unbalanced. */
export interface Builder {
  /** Opens an element of the author of the file. */
  readonly open: (tag: string, attributes?: Readonly<Record<string, string>>) => void;
  /** Closes the nearest element of the author with this tag, unless it contains an open element of a viewer. */
  readonly close: (tag: string) => void;
  /** Adds an element of a viewer. The author's tags inside cannot close it. */
  readonly within: (tag: string, attributes: Readonly<Record<string, string>>, fill: () => void) => void;
  readonly add: (content: Content) => void;
  readonly isInside: (tag: string) => boolean;
  readonly result: () => Document;
}

export interface Document {
  readonly contents: readonly Content[];
  /** Number of elements and texts. */
  readonly count: number;
  /** Content was left out because there is too much of it. */
  readonly isCut: boolean;
}

/** Elements and texts in one document. More make a page slow. */
export const mostContents = 30_000;

/** Deeper elements of the author are left out. Their content stays. */
const deepest = 60;

interface Open {
  readonly tag: string;
  readonly isFixed: boolean;
  readonly children: Content[];
}

/** The elements that a tag closes, and the elements that keep it from looking further up. */
const closing: Readonly<Record<string, readonly [closes: RegExp, stops: RegExp]>> = {
  li: [/^li$/, /^[ou]l$/],
  dt: [/^d[dt]$/, /^dl$/],
  dd: [/^d[dt]$/, /^dl$/],
  td: [/^t[dh]$/, /^(?:tr|table)$/],
  th: [/^t[dh]$/, /^(?:tr|table)$/],
  tr: [/^(?:t[dhr]|caption)$/, /^(?:t(?:able|head|body|foot))$/],
  thead: [/^(?:t[dhr]|t(?:head|body|foot)|caption)$/, /^table$/],
  tbody: [/^(?:t[dhr]|t(?:head|body|foot)|caption)$/, /^table$/],
  tfoot: [/^(?:t[dhr]|t(?:head|body|foot)|caption)$/, /^table$/],
};

const blocks =
  /^(?:blockquote|details|div|dl|figure|h[1-6]|hr|ol|p|pre|table|ul|section|article|aside|header|footer)$/;

const empty = /^(?:br|hr|img|wbr|col)$/;

export function createBuilder(most: number): Builder {
  const root: Open = { tag: '', isFixed: true, children: [] };
  const stack: Open[] = [root];
  let contents = 0;
  const top = (): Open => stack.at(-1) ?? root;
  const add = (content: Content): void => {
    contents += 1;
    if (contents <= most) top().children.push(content);
  };
  const push = (tag: string, attributes: Readonly<Record<string, string>>, isFixed: boolean): void => {
    const children: Content[] = [];
    if (!isFixed && (stack.length > deepest || contents > most)) return;
    add({ tag, attributes, children });
    stack.push({ tag, isFixed, children });
  };
  /** Closes the nearest element that matches, up to an element of a viewer. */
  const closeNearest = (closes: RegExp, stops: RegExp): boolean => {
    for (let at = stack.length - 1; at > 0; at -= 1) {
      const { tag, isFixed } = stack[at] ?? root;
      if (isFixed || stops.test(tag)) return false;
      if (!closes.test(tag)) continue;
      stack.length = at;
      return true;
    }
    return false;
  };
  return {
    add,
    open: (tag, attributes = {}) => {
      const [closes, stops] = closing[tag] ?? (blocks.test(tag) ? [/^p$/, /^t[dh]$/] : [/^$/, /^/]);
      while (closeNearest(closes, stops));
      if (empty.test(tag)) add({ tag, attributes, children: [] });
      else push(tag, attributes, false);
    },
    close: (tag) => void closeNearest(new RegExp(`^${tag}$`), /^$/),
    within: (tag, attributes, fill) => {
      const height = stack.length;
      push(tag, attributes, true);
      fill();
      stack.length = height;
    },
    isInside: (tag) => stack.some((open) => open.tag === tag),
    result: () => ({
      contents: root.children,
      count: Math.min(contents, most),
      isCut: contents > most,
    }),
  };
}
