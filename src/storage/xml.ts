const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

const patterns = new Map<string, RegExp>();

/**
 * The text of the first element of that name in an answer of S3, whose elements have no attributes that matter here; undefined where there
 * is none.
 */
export function element(xml: string, name: string): string | undefined {
  const pattern = patterns.get(name) ?? new RegExp(`<${name}>([^<]*)</${name}>`);
  patterns.set(name, pattern);
  const [, value] = pattern.exec(xml) ?? [];
  return value?.includes('&') ? unescape(value) : value;
}

/** What is inside of each element of that name, in their order; an element without an end is left out. Takes one look at each character. */
export function* elements(xml: string, name: string): Generator<string> {
  const [open, close] = [`<${name}>`, `</${name}>`];
  for (let start = xml.indexOf(open); start >= 0;) {
    const end = xml.indexOf(close, start);
    if (end < 0) return;
    yield xml.slice(start + open.length, end);
    start = xml.indexOf(open, end);
  }
}

/** Text as it stands in XML between two tags (XML 1.0, 2.4). Readers of XML turn a carriage return into a line feed (2.11). */
export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

function unescape(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|quot|apos|amp));/gi,
    (reference, decimal?: string, hex?: string, entity?: string) => {
      if (entity !== undefined) return entities[entity] ?? reference;
      const point = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
      return point <= 0x10ffff ? String.fromCodePoint(point) : reference;
    },
  );
}
