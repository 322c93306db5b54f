import type { PreviewSite } from '../../src/preview/site.ts';
import { endedPage, htmlResponse } from './pages.ts';
import type { Place } from './place.ts';

/** Whether somebody opens the preview's link. */
export function isEntryOpened(place: Place, { entry }: PreviewSite, request: Request, url: URL): boolean {
  return (
    request.mode === 'navigate' && url.pathname === `${place.root.pathname}${entry}` && url.search !== ''
  );
}

/** The entry page as the storage has it, for it may lead to a newer worker; when its link has ended, a page that says so. */
export async function openEntry(request: Request, site: PreviewSite): Promise<Response> {
  const response = await fetch(request.url, { cache: 'no-store', referrerPolicy: 'no-referrer' });
  return response.ok ? response : htmlResponse(endedPage(site), 410);
}

/**
 * Where the preview's link leads.
 * @param fragment of the link; one that begins with `#/` is a path of the site, unless no such page is there: then it is the first page's own
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
