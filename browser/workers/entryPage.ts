import type { PreviewSite } from '../../src/preview/previewData.ts';
import { expiredPage, htmlResponse, offlineResponse } from './messagePages.ts';
import type { Place } from './siteFolder.ts';

/** Whether a request opens the preview's link. */
export function isEntryOpened(place: Place, { entry }: PreviewSite, request: Request, url: URL): boolean {
  return (
    request.mode === 'navigate' && url.pathname === `${place.root.pathname}${entry}` && url.search !== ''
  );
}

/** Fetches the entry page from the storage, because it may lead to a newer worker. If that is not possible, a page says why. */
export async function openEntry(request: Request, site: PreviewSite): Promise<Response> {
  const options = { cache: 'no-store', referrerPolicy: 'no-referrer' } as const;
  const response = await fetch(request.url, options).catch(() => undefined);
  if (!response) return offlineResponse(new URL(request.url));
  return response.ok ? response : htmlResponse(expiredPage(site), 410);
}

/**
 * The URL that the preview's link opens.
 * @param fragment of the link. If it begins with `#/` and the site has that page, it is a path. Otherwise it belongs to the first page.
 */
export function startAt(place: Place, { history }: PreviewSite, fragment: string): string {
  if (fragment.startsWith('#/')) {
    const target = new URL(fragment.slice(2).replace(/^\/+/, ''), place.root);
    const isInside = target.origin === place.root.origin && target.pathname.startsWith(place.root.pathname);
    const route = isInside ? place.locate(target, true) : undefined;
    if (route?.kind === 'redirect') return `${place.address(route.to)}${target.search}${target.hash}`;
    if (route?.kind === 'file' && route.status === 200 && (history || !route.isFallback)) return target.href;
  }
  return `${place.root.href}${fragment}`;
}
