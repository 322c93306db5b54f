/** The content of an element: nested elements, text, or nothing. */
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
 * Writes an XML document. Control characters become character references. XML 1.0 does not allow them, but MinIO writes them too. Clients
 * avoid them with `encoding-type=url`.
 *
 * @param root name of the root element
 * @param content children by name. A list repeats its element, `undefined` omits it
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
 * The contents of all elements with a name, at any depth. This is enough for the request bodies of S3, because no element contains one of the
 * same name.
 */
export function xmlElements(xml: string, name: string): string[] {
  const pattern = new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([\\s\\S]*?)</(?:\\w+:)?${name}\\s*>`, 'g');
  return Array.from(xml.matchAll(pattern), (match) => match[1] ?? '');
}

/** The unescaped text of the first element with a name. `undefined` if there is none. */
export function xmlText(xml: string, name: string): string | undefined {
  return xmlElements(xml, name)[0]?.replace(/&(#x?[0-9a-fA-F]+|lt|gt|amp|quot|apos);/g, unescapeEntity);
}

function unescapeEntity(_whole: string, entity: string): string {
  const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
  if (!entity.startsWith('#')) return named[entity] ?? '';
  const hexadecimal = entity.startsWith('#x');
  return String.fromCodePoint(Number.parseInt(entity.slice(hexadecimal ? 2 : 1), hexadecimal ? 16 : 10));
}
