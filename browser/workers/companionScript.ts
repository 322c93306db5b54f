import { companionName, frameParameter } from '../preview/terms.ts';
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
}

/**
 * Adds the companion script to a page, before all other scripts and before a Content-Security-Policy, which applies only to what follows it. Also maps the URLs of frames and plugins, whose requests the worker does not
 * see. All other bytes stay the same. The page can have any encoding that contains ASCII.
 */
export async function accompanied(
  response: Response,
  { place, url, headers, status, isFramed }: Company,
): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  // One character for each byte.
  const text = new TextDecoder('latin1').decode(bytes);
  headers.delete('content-length');
  const head = text.slice(0, 64 * 1024);
  const changes = [companion(head, place, isFramed), ...frames(text, place), ...plugins(text, place, url)];
  const encoder = new TextEncoder();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  for (const { from, to, text: own } of changes.sort((a, b) => a.from - b.from)) {
    parts.push(bytes.subarray(done, from), encoder.encode(own));
    done = to;
  }
  return new Response(new Blob([...parts, bytes.subarray(done)]), { status, headers });
}

function companion(head: string, { root }: Place, isFramed: boolean): Change {
  const mark = /<head(?:\s[^<>]*)?>|<html(?:\s[^<>]*)?>|<!doctype[^<>]*>/gi;
  const marks = [...head.matchAll(mark)];
  const best = marks.find(([text]) => /^<head/i.test(text)) ?? marks.at(-1);
  const at = best ? best.index + best[0].length : 0;
  // An absolute URL, because a `<base>` may come before.
  const source = `${root.href}${companionName}${isFramed ? `?${frameParameter}` : ''}`;
  return { from: at, to: at, text: `<script src="${source}"></script>` };
}

/** A frame starts to load before a script can map its URL. */
function frames(text: string, { root }: Place): Change[] {
  const source = /<i?frame\s(?:[^<>]*?\s)?src\s*=\s*["']?(?=\/(?!\/))/gi;
  return [...text.matchAll(source)]
    .map(({ index, 0: { length } }) => index + length)
    .filter((at) => !text.startsWith(root.pathname, at))
    .map((at) => ({ from: at, to: at, text: root.pathname.slice(0, -1) }));
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
