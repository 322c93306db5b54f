/** A child of an element: nested elements, text, or nothing at all. */
export type XmlValue = string | number | boolean | readonly XmlValue[] | XmlElement | undefined;

export interface XmlElement {
  readonly [name: string]: XmlValue;
}

const entities: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&#34;',
  "'": '&#39;',
};

/**
 * An XML document. Control characters become character references, which XML 1.0 forbids and MinIO writes
 * nevertheless; a client gets round them with `encoding-type=url`.
 *
 * @param root name of the root element
 * @param content children by name; a list repeats its element, `undefined` leaves it out
 */
export function xmlDocument(root: string, content: XmlElement, namespace = true): string {
  const attribute = namespace ? ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"' : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${children(content)}</${root}>`;
}

function children(content: XmlElement): string {
  return Object.entries(content)
    .map(([name, value]) => element(name, value))
    .join('');
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (isList(value)) return value.map((item) => element(name, item)).join('');
  return `<${name}>${typeof value === 'object' ? children(value) : escapeXml(String(value))}</${name}>`;
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"'\u0000-\u001f]/g, (character) =>
    character === '\0'
      ? '\ufffd'
      : (entities[character] ?? `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`),
  );
}

/**
 * The contents of all elements of a name, wherever they are: enough for the two request bodies that S3 knows, whose
 * elements never nest within themselves.
 */
export function xmlElements(xml: string, name: string): string[] {
  const pattern = new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([\\s\\S]*?)</(?:\\w+:)?${name}\\s*>`, 'g');
  return Array.from(xml.matchAll(pattern), (match) => match[1] ?? '');
}

/** The text of the first element of a name, unescaped; `undefined` when there is none. */
export function xmlText(xml: string, name: string): string | undefined {
  return xmlElements(xml, name)[0]?.replace(/&(#x?[0-9a-fA-F]+|lt|gt|amp|quot|apos);/g, unescapeEntity);
}

function unescapeEntity(_whole: string, entity: string): string {
  const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
  if (!entity.startsWith('#')) return named[entity] ?? '';
  const hexadecimal = entity.startsWith('#x');
  return String.fromCodePoint(Number.parseInt(entity.slice(hexadecimal ? 2 : 1), hexadecimal ? 16 : 10));
}
