/** The headers of an object that decide whether a browser runs its content. */
export interface ServedObject {
  readonly contentType: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

const scripts =
  /^(?:application|text)\/(?:x-)?(?:javascript|ecmascript|jscript|livescript|javascript1\.[0-5])$/;
const documents =
  /^(?:text\/(?:html|xml|xsl)|application\/xml|multipart\/(?:related|x-mixed-replace)|message\/rfc822|.*\+xml)$/;
const unknown = new Set(['unknown/unknown', 'application/unknown', '*/*']);

/**
 * Whether a browser may run the content of an object in the origin of the storage. That concerns HTML, SVG and other XML, content whose type the
 * browser guesses (MIME Sniffing, section 7), and scripts, because a page can register them as service workers. `Content-Disposition: attachment`
 * protects against documents, but not against scripts.
 */
export function isActiveContent({ contentType, headers }: ServedObject): boolean {
  const type = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
  if (scripts.test(type)) return true;
  const isDocument = documents.test(type) || unknown.has(type) || !/^[^\s/]+\/[^\s/]+$/.test(type);
  const disposition = (headers['content-disposition'] ?? '').split(';', 1)[0] ?? '';
  return isDocument && disposition.trim().toLowerCase() !== 'attachment';
}
