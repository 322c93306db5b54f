import { takeBuiltAddress, withoutBase } from './framed.ts';
import { baseParameter, downloadParameter, frameParameter } from './terms.ts';

/**
 * Runs in all pages of the site. It keeps working what the service worker alone cannot: sites built for the root of a host, sites with their own
 * service worker, and downloads. It removes its own script element.
 */
const script = document.currentScript as HTMLScriptElement;
const { searchParams } = new URL(script.src);
const root = new URL('.', script.src);
/** The path that the site was built for. */
const base = searchParams.get(baseParameter) ?? '/';
script.remove();
/** Firefox and Safari have the Navigation API since 2026. */
const navigation = 'navigation' in window ? window.navigation : undefined;
/** Whether the frame page shows the site. A page that is alone in its tab keeps its address, because a reload needs it. */
const isFramed = searchParams.has(frameParameter) && window.parent !== window;
const outer = isFramed ? takeBuiltAddress(root, base) : undefined;

keepWorker();
if (!isFramed) keepFolder();
mapLinks();
mapNavigations();
mapFrames();
mapWorkers();
mapDownloads();

/** The site's own worker cannot load, and `unregister` would remove the preview's worker. Both calls do nothing. */
function keepWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  ServiceWorkerContainer.prototype.register = () => serviceWorker.ready;
  ServiceWorkerRegistration.prototype.unregister = () => Promise.resolve(false);
  ServiceWorkerRegistration.prototype.update = function (this: ServiceWorkerRegistration) {
    return Promise.resolve(this);
  };
}

/** Maps a URL of this host into the preview, from the path that the site was built for. Undefined for all other URLs. */
function mapped(address: string | URL): string | undefined {
  const url = URL.parse(address, document.baseURI);
  // A `blob:` URL has the origin of the page that made it.
  if (url?.origin !== root.origin || url.protocol !== root.protocol) return undefined;
  if (isFolder(url)) return `${root.href}${url.search}${url.hash}`;
  if (url.pathname.startsWith(root.pathname)) return undefined;
  return `${root.href}${withoutBase(url.pathname, base)}${url.search}${url.hash}`;
}

/** Whether a URL is that of the site's folder without its slash. It is outside the scope of the service worker. */
function isFolder({ pathname }: URL): boolean {
  return `${pathname}/` === root.pathname;
}

/** Routers remove the slash of the folder, and a reload would then open the storage. */
function keepFolder(): void {
  for (const kind of ['pushState', 'replaceState'] as const) {
    const original = Reflect.get(History.prototype, kind) as History['pushState'];
    History.prototype[kind] = function (this: History, state, unused, address) {
      const url = URL.parse(address ?? '', document.baseURI);
      original.call(this, state, unused, url && isFolder(url) ? mapped(url) : address);
    };
  }
}

/** Maps links as soon as the pointer touches them, so that new tabs and copied links work too. */
function mapLinks(): void {
  const change = ({ target }: Event) => {
    const link = target instanceof Element ? target.closest('a[href], area[href]') : null;
    if (link) mapLink(link);
  };
  const events = ['pointerdown', 'mousedown', 'focusin', 'contextmenu', 'click', 'auxclick'];
  for (const event of events)
    addEventListener(event, isFramed ? changeInFrame : change, { capture: true, passive: true });
  addEventListener(
    'submit',
    ({ target }) => {
      const form = target instanceof HTMLFormElement ? target : undefined;
      const to = mapped(form?.getAttribute('action') ?? '');
      if (to !== undefined) form?.setAttribute('action', to);
    },
    true,
  );
}

function mapLink(link: Element): void {
  const given = link.getAttribute('href') ?? '';
  const to = /^\/(?!\/)/.test(given) || isFramed ? mapped(given) : undefined;
  if (to === undefined) return;
  originals.set(link, { given, to });
  link.setAttribute('href', to);
}

/** The `href` of links before they were mapped. */
const originals = new WeakMap<Element, { readonly given: string; readonly to: string }>();

/** The router handles plain clicks in a frame and needs the original link. All other clicks open or copy the address. */
function changeInFrame(event: Event): void {
  const link = event.target instanceof Element ? event.target.closest('a[href], area[href]') : null;
  if (!link || event.type === 'focusin') return;
  const mouse = event instanceof MouseEvent ? event : undefined;
  const isPlain =
    mouse?.button === 0 &&
    !mouse.ctrlKey &&
    !mouse.metaKey &&
    !mouse.shiftKey &&
    event.type !== 'contextmenu';
  if (!isPlain || !/^(?:_self)?$/i.test(link.getAttribute('target') ?? '')) {
    mapLink(link);
    return;
  }
  const original = originals.get(link);
  if (original?.to === link.getAttribute('href')) link.setAttribute('href', original.given);
}

/** Maps what scripts navigate to. Navigation within the page stays as it is. A frame opens other pages in the whole tab. */
function mapNavigations(): void {
  navigation?.addEventListener('navigate', (event) => {
    const { url, sameDocument } = event.destination;
    if (!event.cancelable || sameDocument || event.downloadRequest !== null) return;
    const to = mapped(url) ?? (outer ? url : undefined);
    if (to === undefined || !/^https?:/.test(to) || isDownload(to)) return;
    event.preventDefault();
    const target = (outer ?? window).location;
    if (event.navigationType === 'reload') target.reload();
    else if (event.navigationType === 'replace') target.replace(to);
    else target.assign(to);
  });
  if (!outer || navigation) return;
  addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href], area[href]') : null;
    if (!link || event.defaultPrevented || link.getAttribute('href')?.startsWith('#')) return;
    mapLink(link);
    if (!link.hasAttribute('target')) link.setAttribute('target', '_top');
  });
}

function isDownload(url: string): boolean {
  return new URL(url).searchParams.has(downloadParameter);
}

/** Maps frames that scripts create. The worker maps those in the HTML. Both must happen before the frame starts to load. */
function mapFrames(): void {
  const { prototype } = HTMLIFrameElement;
  const source = Object.getOwnPropertyDescriptor(prototype, 'src');
  if (source?.set)
    Object.defineProperty(prototype, 'src', {
      ...source,
      set(this: HTMLIFrameElement, address: string) {
        source.set?.call(this, mapped(address) ?? address);
      },
    });
  prototype.setAttribute = function (this: HTMLIFrameElement, name: string, value: string) {
    const to = name.toLowerCase() === 'src' ? mapped(value) : undefined;
    Element.prototype.setAttribute.call(this, name, to ?? value);
  };
}

/** Maps the scripts of web workers: the preview's worker does not see the requests for them. */
function mapWorkers(): void {
  const construct = (target: typeof Worker, [url, options]: [string | URL, WorkerOptions?]) =>
    new target(mapped(url) ?? url, options);
  for (const name of ['Worker', 'SharedWorker']) {
    const original: unknown = Reflect.get(window, name);
    if (typeof original === 'function') Reflect.set(window, name, new Proxy(original, { construct }));
  }
}

/** Chromium requests `<a download>` without asking the service worker. The page navigates to the file instead, and the worker answers with an attachment. */
function mapDownloads(): void {
  navigation?.addEventListener('navigate', (event) => {
    if (event.downloadRequest === null || !event.cancelable) return;
    const url = new URL(mapped(event.destination.url) ?? event.destination.url);
    if (!url.href.startsWith(root.href) || isDownload(url.href)) return;
    event.preventDefault();
    url.searchParams.set(downloadParameter, event.downloadRequest);
    location.assign(url);
  });
}
