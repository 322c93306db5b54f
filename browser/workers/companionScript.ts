import { declaredEncoding } from '../../src/files/declaredEncoding.ts';
import { baseParameter, companionName, frameParameter } from '../preview/terms.ts';
import type { Place } from './siteFolder.ts';

/** Replaces the bytes of a page from `from` to `to`. */
interface Change {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export interface Company {
  readonly place: Place;
  /** URL of the page. */
  readonly url: URL;
  readonly headers: Headers;
  readonly status: number;
  /** Whether the site is shown in a frame. */
  readonly isFramed: boolean;
  /** The path that the site was built for. */
  readonly base: string;
}

/**
 * Adds the companion script to a page, before all other scripts and before a Content-Security-Policy, which applies only to what follows it. Also
 * maps the URLs of frames and plugins, whose requests the worker does not see. All other bytes stay the same, except for UTF-16, which becomes UTF-8. The page can have any other encoding that contains ASCII.
 */
export async function accompanied(
  response: Response,
  { place, url, headers, status, isFramed, base }: Company,
): Promise<Response> {
  const bytes = withoutUtf16(new Uint8Array(await response.arrayBuffer()), headers);
  // One character for each byte.
  const text = new TextDecoder('latin1').decode(bytes);
  headers.delete('content-length');
  const head = text.slice(0, 64 * 1024);
  declareEncoding(headers, head);
  const isXhtml = /\bxhtml\b/i.test(headers.get('content-type') ?? '');
  const changes = [
    ...companion(head, place, { isFramed, isXhtml, base }),
    ...frames(text, place, base),
    ...plugins(text, place, url),
  ];
  const encoder = new TextEncoder();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  for (const { from, to, text: own } of changes.sort((a, b) => a.from - b.from)) {
    parts.push(bytes.subarray(done, from), encoder.encode(own));
    done = to;
  }
  return new Response(new Blob([...parts, bytes.subarray(done)]), { status, headers });
}

/** Browsers read a byte order mark before the header. */
function withoutUtf16(bytes: Uint8Array<ArrayBuffer>, headers: Headers): Uint8Array<ArrayBuffer> {
  const mark = `${bytes[0]} ${bytes[1]}`;
  if (mark !== '255 254' && mark !== '254 255') return bytes;
  setCharset(headers, 'utf-8');
  const text = new TextDecoder(mark === '255 254' ? 'utf-16le' : 'utf-16be').decode(bytes);
  return new TextEncoder().encode(text.replace(/^<\?xml[^>]*\?>/, ''));
}

/** The companion could move the declaration out of the first 1,024 bytes, where browsers search it. */
function declareEncoding(headers: Headers, head: string): void {
  if (!/^text\/html\s*$/i.test(headers.get('content-type') ?? '')) return;
  const declared = declaredEncoding(head);
  // A page that declares UTF-16 in ASCII is UTF-8 (HTML standard, "Prescan").
  if (declared !== undefined) setCharset(headers, /^utf-?16/i.test(declared) ? 'utf-8' : declared);
}

function setCharset(headers: Headers, charset: string): void {
  const [type = ''] = (headers.get('content-type') ?? '').split(';', 1);
  headers.set('content-type', `${type.trim()}; charset=${charset}`);
}

function companion(
  head: string,
  { root }: Place,
  {
    isFramed,
    isXhtml,
    base,
  }: { readonly isFramed: boolean; readonly isXhtml: boolean; readonly base: string },
): Change[] {
  const mark = /<head(?:\s[^<>]*)?>|<html(?:\s[^<>]*)?>|<!doctype[^<>]*>/gi;
  const marks = [...head.matchAll(mark)];
  const best = marks.find(([text]) => /^<head/i.test(text)) ?? marks.at(-1);
  // Nothing may precede the declaration of XML.
  if (!best && isXhtml) return [];
  const at = best ? best.index + best[0].length : 0;
  // An absolute URL, because a `<base>` may come before.
  const parameters = [
    ...(isFramed ? [frameParameter] : []),
    ...(base === '/' ? [] : [`${baseParameter}=${encodeURIComponent(base)}`]),
  ];
  const query = parameters.length > 0 ? `?${parameters.join('&amp;')}` : '';
  const source = `${root.href}${companionName}${query}`;
  return [{ from: at, to: at, text: `<script src="${source}"></script>` }];
}

/** A frame starts to load before a script can map its URL. */
function frames(text: string, { root }: Place, base: string): Change[] {
  const source = /<i?frame\s(?:[^<>]*?\s)?src\s*=\s*["']?(?=\/(?!\/))/gi;
  return [...text.matchAll(source)]
    .map(({ index, 0: { length } }) => index + length)
    .filter((at) => !text.startsWith(root.pathname, at))
    .map((at) => ({
      from: at,
      to: at + (text.startsWith(base, at) ? base.length : 1),
      text: root.pathname,
    }));
}

/** Browsers request `<object>` and `<embed>` without asking the service worker (Service Workers, "Handle Fetch"). They get the file's link. */
function plugins(text: string, place: Place, url: URL): Change[] {
  const source = /<(?:object\s(?:[^<>]*?\s)?data|embed\s(?:[^<>]*?\s)?src)\s*=\s*["']?([^\s"'>]+)/gi;
  const [, base = ''] = /<base\s(?:[^<>]*?\s)?href\s*=\s*["']?([^\s"'>]+)/i.exec(text) ?? [];
  return [...text.matchAll(source)].flatMap(({ index, 0: { length }, 1: address = '' }) => {
    const at = URL.parse(address.replaceAll('&amp;', '&'), new URL(base, url));
    const route = at?.origin === place.root.origin ? place.locate(at, false) : undefined;
    const link = route?.kind === 'file' ? place.link(route.name) : undefined;
    if (!at || !link) return [];
    const to = index + length;
    return [{ from: to - address.length, to, text: `${link.url.replaceAll('&', '&amp;')}${at.hash}` }];
  });
}
