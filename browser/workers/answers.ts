import type { Route } from '../../src/preview/routes.ts';
import { firstPage } from '../../src/preview/firstPage.ts';
import { isHtml } from '../../src/files/webPages.ts';
import type { PreviewSite } from '../../src/preview/previewData.ts';
import { companionName, downloadParameter, frameParameter } from '../preview/terms.ts';
import { accompanied } from './companionScript.ts';
import {
  expiredPage,
  gonePage,
  htmlResponse,
  missingPage,
  offlineResponse,
  pagesPage,
  renewingPage,
} from './messagePages.ts';
import type { Place } from './siteFolder.ts';
import { type Found, lookUp } from './storage.ts';
import type { Updates } from './updates.ts';

interface Question {
  readonly site: PreviewSite;
  readonly place: Place;
  readonly request: Request;
  readonly url: URL;
  readonly updates: Updates;
}

/** Answers a request for a path of the site. */
export async function answerFrom(route: Route, question: Question): Promise<Response> {
  const { site, place, request, url, updates } = question;
  const isPage = request.mode === 'navigate';
  const own = ownAnswer(question);
  if (own) return own;
  if (route.kind === 'redirect') return Response.redirect(`${place.address(route.to)}${url.search}`, 302);
  if (route.kind === 'missing') return missing(question, isPage);
  if (site.frame !== null && isFramed(route.name, request, url)) return framePage(site.frame, route.status);
  if (updates.isLate()) updates.look();
  const link = place.link(route.name);
  if (!link) return missing(question, isPage);
  const found = await lookUp(link.url, link.etag, request);
  if (found.kind !== 'found' && found.kind !== 'unreachable') updates.look();
  return isPage ? page(found, route.status, question) : resource(found, route.name, question);
}

/** Whether a request opens a page of the site in a tab, not in a frame. Other files need no frame. */
function isFramed(name: string, { destination }: Request, { searchParams }: URL): boolean {
  return (
    destination === 'document' &&
    isHtml(name) &&
    !searchParams.has(frameParameter) &&
    !searchParams.has(downloadParameter)
  );
}

function framePage(html: string, status: number): Response {
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
  return new Response(html, { status, headers });
}

/** Answers requests for paths that are not files of the site. */
function ownAnswer({ site, place, url }: Question): Response | undefined {
  if (url.pathname === `${place.root.pathname}${site.entry}`) return Response.redirect(place.root.href, 302);
  if (url.pathname !== `${place.root.pathname}${companionName}`) return undefined;
  return new Response(site.companion, { headers: { 'content-type': 'text/javascript; charset=utf-8' } });
}

function missing({ site, place, url }: Question, isPage: boolean): Response {
  if (!isPage) return new Response(null, { status: 404 });
  const first = url.pathname === place.root.pathname ? firstPage(site.names) : undefined;
  if (first !== undefined) return Response.redirect(place.address(first), 302);
  return url.pathname === place.root.pathname
    ? htmlResponse(pagesPage(site, place), 200)
    : htmlResponse(missingPage(place), 404);
}

async function page(found: Found, status: 200 | 404, { site, place, url }: Question): Promise<Response> {
  switch (found.kind) {
    case 'expired':
      return htmlResponse(expiredPage(site), 410);
    case 'gone':
      return htmlResponse(gonePage(site), 404);
    case 'replaced':
      return htmlResponse(renewingPage(), 503);
    case 'unreachable':
      return offlineResponse(url);
    case 'found': {
      const { response } = found;
      const headers = new Headers(response.headers);
      const download = url.searchParams.get(downloadParameter);
      if (download !== null) headers.set('content-disposition', attachment(download));
      // Some hosts, e.g. of videos and map tiles, refuse requests without a Referer header. They get the origin, not the path.
      headers.set('referrer-policy', 'strict-origin-when-cross-origin');
      return isPageType(headers) && download === null && response.status === 200
        ? accompanied(response, {
            place,
            url,
            headers,
            status,
            isFramed: site.frame !== null,
            base: site.base,
          })
        : new Response(response.body, {
            status: response.status === 200 ? status : response.status,
            headers,
          });
    }
  }
}

function resource(found: Found, name: string, { place, request }: Question): Response {
  switch (found.kind) {
    case 'expired':
      return new Response(null, { status: 410 });
    case 'gone':
      return new Response(null, { status: 404 });
    case 'replaced':
      return new Response(null, { status: 503 });
    case 'unreachable':
      // The page of the site sees a network error, as without a service worker.
      return Response.error();
    case 'found': {
      const { response } = found;
      // Developer tools request source maps without asking the service worker. The header overrides the comment in the script.
      const map = /\.[cm]?js$/i.test(name) ? place.link(`${name}.map`) : undefined;
      if (map) response.headers.set('sourcemap', map.url);
      if (request.method !== 'HEAD') return response;
      // A link is signed for GET only.
      void response.body?.cancel();
      return new Response(null, { status: response.status, headers: response.headers });
    }
  }
}

/** Adds the headers that make a page cross-origin isolated (HTML standard, "Cross-origin opener policies"). Its workers need them too. */
export function isolated(response: Response): Response {
  if (response.status === 302 || response.type === 'error') return response;
  const headers = new Headers(response.headers);
  headers.set('cross-origin-opener-policy', 'same-origin');
  // Unlike `require-corp`, it allows files of other hosts.
  headers.set('cross-origin-embedder-policy', 'credentialless');
  return new Response(response.body, { status: response.status, headers });
}

/** Whether a response is HTML or XHTML. */
function isPageType(headers: Headers): boolean {
  return /^(?:text\/html|application\/xhtml\+xml)\b/i.test(headers.get('content-type') ?? '');
}

/** Content-Disposition (RFC 6266), with the file name in the encoding of RFC 8187. */
function attachment(name: string): string {
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return name === '' ? 'attachment' : `attachment; filename*=UTF-8''${encoded}`;
}
