/** What decides whether a browser runs an object: its headers, as it is stored with. */
export interface ServedObject {
  readonly contentType: string;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

const scripts =
  /^(?:application|text)\/(?:x-)?(?:javascript|ecmascript|jscript|livescript|javascript1\.[0-5])$/;
const documents =
  /^(?:text\/(?:html|xml|xsl)|application\/xml|multipart\/(?:related|x-mixed-replace)|message\/rfc822|.*\+xml)$/;
const unknown = new Set(['unknown/unknown', 'application/unknown', '*/*']);

/**
 * Whether a browser that opens an object may run what is in it, in the storage's origin: HTML, SVG and any other XML, what it has to guess the type
 * of (MIME Sniffing, 7), and scripts, which it takes as service workers. `Content-Disposition: attachment` keeps documents from being opened, not
 * scripts.
 */
export function isActive({ contentType, headers }: ServedObject): boolean {
  const type = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
  if (scripts.test(type)) return true;
  const isDocument = documents.test(type) || unknown.has(type) || !/^[^\s/]+\/[^\s/]+$/.test(type);
  const disposition = (headers['content-disposition'] ?? '').split(';', 1)[0] ?? '';
  return isDocument && disposition.trim().toLowerCase() !== 'attachment';
}
