const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/**
 * The text of the first element of this name in an S3 response; undefined if there is none. It does not find elements with attributes. It
 * takes linear time.
 */
export function element(xml: string, name: string): string | undefined {
  const [open, close] = [`<${name}>`, `</${name}>`];
  for (let start = xml.indexOf(open); start >= 0; start = xml.indexOf(open, start + open.length)) {
    const end = xml.indexOf('<', start + open.length);
    if (end < 0) return undefined;
    if (xml.startsWith(close, end)) return unescape(xml.slice(start + open.length, end));
  }
  return undefined;
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
  if (!text.includes('&')) return text;
  // Every ETag has quotes, and this is faster for them.
  const unquoted = text.replaceAll('&#34;', '"').replaceAll('&quot;', '"');
  if (!unquoted.includes('&')) return unquoted;
  return unquoted.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|quot|apos|amp));/gi,
    (reference, decimal?: string, hex?: string, entity?: string) => {
      if (entity !== undefined) return entities[entity] ?? reference;
      const point = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
      return point <= 0x10ffff ? String.fromCodePoint(point) : reference;
    },
  );
}
