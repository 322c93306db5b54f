const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

const patterns = new Map<string, RegExp>();

/**
 * The text of the first element of this name in an S3 response; undefined if there is none. It does not find elements with attributes.
 */
export function element(xml: string, name: string): string | undefined {
  const pattern = patterns.get(name) ?? new RegExp(`<${name}>([^<]*)</${name}>`);
  patterns.set(name, pattern);
  const [, value] = pattern.exec(xml) ?? [];
  return value?.includes('&') ? unescape(value) : value;
}

/** The content of each element of this name, in document order. It omits an element without end tag. It takes linear time. */
export function* elements(xml: string, name: string): Generator<string> {
  const [open, close] = [`<${name}>`, `</${name}>`];
  for (let start = xml.indexOf(open); start >= 0;) {
    const end = xml.indexOf(close, start);
    if (end < 0) return;
    yield xml.slice(start + open.length, end);
    start = xml.indexOf(open, end);
  }
}

/** Escapes text for XML content (XML 1.0, 2.4). A carriage return must be escaped, because parsers normalize line ends (2.11). */
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
