import type { PreviewSite } from '../../src/preview/previewData.ts';
import { expiredPage, htmlResponse } from './messagePages.ts';
import type { Place } from './siteFolder.ts';

/** Whether a request opens the preview's link. */
export function isEntryOpened(place: Place, { entry }: PreviewSite, request: Request, url: URL): boolean {
  return (
    request.mode === 'navigate' && url.pathname === `${place.root.pathname}${entry}` && url.search !== ''
  );
}

/** Fetches the entry page from the storage, because it may lead to a newer worker. If its link has expired, a page says so. */
export async function openEntry(request: Request, site: PreviewSite): Promise<Response> {
  const response = await fetch(request.url, { cache: 'no-store', referrerPolicy: 'no-referrer' });
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
