import { frameMark, frameParameter, traverseEvent } from './terms.ts';

/** The window of the frame page. Undefined in a frame of the site itself. */
export type Outer = Window & typeof globalThis;

/**
 * Gives the page the address that it was built for: its router sees `/guide/start` instead of `/bucket/pull-requests/7/guide/start`.
 * The address bar, which belongs to the frame page, and the history follow the router.
 * @param root URL of the site's folder
 * @param base path that the site was built for
 * @returns the window of the frame page. Undefined if the page is in another frame
 */
export function takeBuiltAddress(root: URL, base: string): Outer | undefined {
  const set = history.replaceState.bind(history);
  const outer = window.frameElement?.hasAttribute(frameMark) ? (window.parent as Outer) : undefined;
  set(outer ? siteState(outer.history.state) : history.state, '', inside(location, root, base));
  if (outer) {
    mirrorHistory(outer, { root, base, set });
    obeyTraversal(outer, { root, base, set });
    mirrorTitle(outer);
  }
  return outer;
}

/** The site's part of the state of a history entry. */
function siteState(state: unknown): unknown {
  return (state as { readonly site?: unknown } | null)?.site ?? null;
}

interface Mirror {
  readonly root: URL;
  readonly base: string;
  readonly set: History['replaceState'];
}

/** The path of a page relative to the site. The URL of the first page may have no slash at its end. */
export function withoutBase(pathname: string, base: string): string {
  if (`${pathname}/` === base) return '';
  return pathname.slice(pathname.startsWith(base) ? base.length : 1);
}

/** The address of a page on the host that it was built for. */
function inside({ pathname, search, hash }: Location, root: URL, base: string): string {
  const path = pathname.startsWith(root.pathname)
    ? pathname.slice(root.pathname.length)
    : withoutBase(pathname, base);
  const query = search.endsWith(frameParameter) ? search.slice(0, -frameParameter.length - 1) : search;
  // Two slashes at the start would name another host.
  return `${base}${path.replace(/^\/+/, '')}${query}${hash}`;
}

/** All entries of the history are entries of the frame page. Then a reload does not lose them, and browsers agree on their order. */
function mirrorHistory(outer: Outer, { root, base, set }: Mirror): void {
  const mirror = (kind: 'pushState' | 'replaceState', { pathname, search, hash }: URL | Location) => {
    const address = `${root.pathname}${withoutBase(pathname, base)}${search}${hash}`;
    outer.history[kind]({ site: history.state as unknown }, '', address);
  };
  for (const kind of ['pushState', 'replaceState'] as const) {
    History.prototype[kind] = (...given: Parameters<History['pushState']>) => {
      set(...given);
      mirror(kind, location);
    };
  }
  for (const event of ['popstate', 'hashchange'])
    addEventListener(event, () => {
      mirror('replaceState', location);
    });
  if (!('navigation' in window)) return;
  // Links to a part of the page add an entry without a script.
  window.navigation.addEventListener('navigate', (event) => {
    if (!event.hashChange || event.navigationType !== 'push' || !event.cancelable) return;
    event.preventDefault();
    mirror('pushState', new URL(event.destination.url));
    location.replace(event.destination.url);
  });
}

/** Tells the router that the visitor went back or forward. */
function obeyTraversal(outer: Outer, { root, base, set }: Mirror): void {
  addEventListener(traverseEvent, (event) => {
    event.preventDefault();
    const { href: oldURL, hash } = location;
    set(siteState(outer.history.state), '', inside(outer.location, root, base));
    dispatchEvent(new PopStateEvent('popstate', { state: history.state as unknown }));
    if (location.hash !== hash)
      dispatchEvent(new HashChangeEvent('hashchange', { oldURL, newURL: location.href }));
  });
}

function mirrorTitle(outer: Outer): void {
  const mirror = () => {
    outer.document.title = document.title;
    outer.document.documentElement.lang = document.documentElement.lang;
  };
  addEventListener('DOMContentLoaded', () => {
    mirror();
    new MutationObserver(mirror).observe(document.head, {
      childList: true,
      subtree: true,
      characterData: true,
    });
  });
}
