import { isHtml } from '../../src/files/webPages.ts';
import type { PreviewSite } from '../../src/preview/previewData.ts';
import { formatMoment } from '../../src/text/format.ts';
import { frameParameter } from '../preview/terms.ts';
import type { Place } from './siteFolder.ts';

/** A list of pages shows this many at most. */
const mostPages = 500;

/** Says when the links expired, and what to do. */
export function expiredPage({ expiresAt, origin }: PreviewSite): string {
  const isPast = expiresAt !== null && expiresAt <= Date.now() + 60_000;
  const when = isPast
    ? ` on <time datetime="${new Date(expiresAt).toISOString()}">${formatMoment(expiresAt)}</time>`
    : '';
  return layout('The links of this preview have expired', [
    `They expired${when}. The files are still in the workspace.`,
    `<strong>To see the preview again</strong>, run the workflow that published it, or the one that renews its links, and open the new link. Tabs that show the preview then work again too.`,
    `<strong>To share the preview</strong>, copy its link from the comment or the job summary, not from the address bar. An address from the address bar works only in a browser that has opened the link.`,
    ...whereFrom(origin),
  ]);
}

export function gonePage({ origin }: PreviewSite): string {
  return layout('This preview was removed', [
    'Its files are no longer in the workspace. Workflows usually remove a preview when its pull request is closed.',
    ...whereFrom(origin),
  ]);
}

/** Reloads itself until the new version is complete. */
export function renewingPage(): string {
  return layout(
    'A new version is being published',
    ['This page reloads by itself as soon as the new version is complete.'],
    '<meta http-equiv="refresh" content="3">',
  );
}

/** Says that the storage cannot be reached. The page reloads when the network is back. */
export function offlineResponse({ pathname, searchParams }: URL): Response {
  const nonce = crypto.randomUUID();
  const query = new URLSearchParams(searchParams);
  // The link opens the page in the tab, not in the frame.
  query.delete(frameParameter);
  const address = `${pathname}${query.size > 0 ? `?${query.toString()}` : ''}`;
  // Node.js, whose tests import this file, has no `onLine`.
  const isOffline = 'onLine' in navigator && !navigator.onLine;
  const [title, why] = !isOffline
    ? ['The preview cannot load', 'The storage does not answer. Check your network or VPN.']
    : ['You are offline', 'The page loads when the network is back.'];
  const again = `<a href="${escaped(address)}">Try again</a>`;
  const script = `<script nonce="${nonce}">addEventListener('online', () => location.reload())</script>`;
  return htmlResponse(layout(title, [why, again], script), 503, `script-src 'nonce-${nonce}'`);
}

export function missingPage({ root }: Place): string {
  return layout('This preview has no such page', [
    `<a href="${escaped(root.pathname)}">Go to the first page</a>`,
  ]);
}

/** For a site without a first page. */
export function pagesPage({ names }: PreviewSite, place: Place): string {
  const pages = names.filter(isHtml);
  const shown = (pages.length > 0 ? pages : names).slice(0, mostPages);
  const items = shown.map(
    (name) => `<li><a href="${escaped(place.address(name))}">${escaped(name)}</a></li>`,
  );
  return layout('Pages of this preview', [
    'It has no index.html. These are its pages:',
    `</p><ul>${items.join('')}</ul><p>`,
  ]);
}

/** @param allowed more directives of the Content-Security-Policy */
export function htmlResponse(html: string, status: number, allowed = ''): Response {
  return new Response(html, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; img-src data:; ${allowed}`,
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
    },
  });
}

function whereFrom(origin: PreviewSite['origin']): string[] {
  return origin === null
    ? []
    : [`It comes from <a href="${escaped(origin.url)}" rel="noreferrer">${escaped(origin.text)}</a>.`];
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
:root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f6f8fa, #0d1117); color: light-dark(#1f2328, #e6edf3) }
main { box-sizing: border-box; max-width: 40rem; margin: 1.5rem; padding: 2rem 2.5rem; border: 1px solid light-dark(#d1d9e0, #30363d); border-radius: 12px; background: light-dark(#fff, #161b22) }
h1 { margin: 0 0 1rem; font-size: 1.4rem; line-height: 1.3 }
p { margin: .75rem 0 } a { color: light-dark(#0969da, #58a6ff) } ul { padding-left: 1.2rem }`.replace(
  /\n/g,
  '',
);

function layout(title: string, paragraphs: readonly string[], head = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex, nofollow"><base target="_top"><link rel="icon" href="data:,">${head}<style>${style}</style></head><body><main><h1>${title}</h1>${paragraphs.map((text) => `<p>${text}</p>`).join('')}</main></body></html>`;
}
