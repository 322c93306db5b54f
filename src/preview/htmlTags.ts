/** The start tag of an element. */
export interface Tag {
  /** In lower case. */
  readonly name: string;
  /** Values by name in lower case. If two attributes have the same name, the first one counts, as in browsers. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly index: number;
  /** The content of a script, style or other text element, up to its end tag; empty for other elements. */
  readonly text: string;
}

/** Elements whose content is text until the end tag. */
const textElements = new Set(['script', 'style', 'textarea', 'title']);

/**
 * Yields the start tags of a page in order, as browsers read them (HTML standard, "Tokenization"). It skips comments and scripts. It reads each
 * character once, because regular expressions can take minutes for a hostile page.
 */
export function* tagsOf(text: string): Generator<Tag> {
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    if (text.startsWith('<!--', at)) {
      at = endOf(text, '-->', at + 2);
      continue;
    }
    if (!/[a-z]/i.test(text.charAt(at + 1))) {
      at += 1;
      continue;
    }
    const name = wordAt(text, at + 1, isNameEnd).toLowerCase();
    const { attributes, end } = readAttributes(text, at + 1 + name.length);
    // Browsers ignore a tag that does not end.
    if (end === undefined) return;
    const next = textElements.has(name) ? textEnd(text, name, end) : end;
    yield { name, attributes, index: at, text: text.slice(end, next) };
    at = next;
  }
}

function readAttributes(
  text: string,
  start: number,
): { attributes: Map<string, string>; end: number | undefined } {
  const attributes = new Map<string, string>();
  let at = start;
  for (;;) {
    at = skip(text, at, (character) => isSpace(character) || character === '/');
    const character = text[at];
    if (character === undefined) return { attributes, end: undefined };
    if (character === '>') return { attributes, end: at + 1 };
    const name = character + wordAt(text, at + 1, (one) => isNameEnd(one) || one === '=');
    at += name.length;
    let value = '';
    const equals = skip(text, at, isSpace);
    if (text[equals] === '=') {
      at = skip(text, equals + 1, isSpace);
      const quote = text[at];
      if (quote === '"' || quote === "'") {
        const end = text.indexOf(quote, at + 1);
        if (end < 0) return { attributes, end: undefined };
        value = text.slice(at + 1, end);
        at = end + 1;
      } else {
        value = wordAt(text, at, (one) => isSpace(one) || one === '>');
        at += value.length;
      }
    }
    const known = name.toLowerCase();
    if (!attributes.has(known)) attributes.set(known, value);
  }
}

const spaces = ' \n\t\r\f';

function isSpace(character: string): boolean {
  return spaces.includes(character);
}

function isNameEnd(character: string): boolean {
  return character === '/' || character === '>' || isSpace(character);
}

function skip(text: string, start: number, isSkipped: (character: string) => boolean): number {
  let at = start;
  while (at < text.length && isSkipped(text.charAt(at))) at += 1;
  return at;
}

function wordAt(text: string, start: number, isEnd: (character: string) => boolean): string {
  return text.slice(
    start,
    skip(text, start, (character) => !isEnd(character)),
  );
}

/** The position after the next `mark`, or the end of the text. */
function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at + mark.length;
}

function textEnd(text: string, name: string, from: number): number {
  const end = new RegExp(`</${name}(?=[\\s/>])`, 'gi');
  end.lastIndex = from;
  return end.exec(text)?.index ?? text.length;
}
