import { downloadParameter } from './terms.ts';

/**
 * Runs in the pages of sites that would not work as they are: those that were built for the root of a host, and those with a service worker of
 * their own. It leaves no element behind.
 */
const script = document.currentScript as HTMLScriptElement;
const root = new URL('.', script.src);
script.remove();
/** Firefox and Safari have it since 2026 only. */
const navigation = 'navigation' in window ? window.navigation : undefined;

keepWorker();
mapLinks();
mapFrames();
mapWorkers();
mapDownloads();

/** The site's own worker could not load, and one that is told to go would take the preview's with it. */
function keepWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  ServiceWorkerContainer.prototype.register = () => serviceWorker.ready;
  ServiceWorkerRegistration.prototype.unregister = () => Promise.resolve(false);
  ServiceWorkerRegistration.prototype.update = function (this: ServiceWorkerRegistration) {
    return Promise.resolve(this);
  };
}

/** Where an address leads that is meant from the root of a host; undefined for all others. */
function mapped(address: string | URL): string | undefined {
  const url = URL.parse(address, document.baseURI);
  // The origin of a `blob:` address is that of the page that made it.
  if (url?.origin !== root.origin || url.protocol !== root.protocol) return undefined;
  if (url.pathname.startsWith(root.pathname)) return undefined;
  return `${root.href}${url.pathname.slice(1)}${url.search}${url.hash}`;
}

/** Links are mapped as soon as somebody points at one, so that new tabs and copied addresses are right too. */
function mapLinks(): void {
  const change = ({ target }: Event) => {
    const link = target instanceof Element ? target.closest('a[href], area[href]') : null;
    const given = link?.getAttribute('href') ?? '';
    const to = /^\/(?!\/)/.test(given) ? mapped(given) : undefined;
    if (to !== undefined) link?.setAttribute('href', to);
  };
  for (const kind of ['pointerdown', 'mousedown', 'focusin', 'contextmenu', 'click', 'auxclick'])
    addEventListener(kind, change, { capture: true, passive: true });
  addEventListener(
    'submit',
    ({ target }) => {
      const form = target instanceof HTMLFormElement ? target : undefined;
      const to = mapped(form?.getAttribute('action') ?? '');
      if (to !== undefined) form?.setAttribute('action', to);
    },
    true,
  );
  // Scripts that go somewhere; a router that stays on its page is not meant.
  navigation?.addEventListener('navigate', (event) => {
    const to = mapped(event.destination.url);
    if (
      to === undefined ||
      !event.cancelable ||
      event.destination.sameDocument ||
      event.downloadRequest !== null
    )
      return;
    event.preventDefault();
    if (event.navigationType === 'replace') location.replace(to);
    else location.assign(to);
  });
}

/** Frames that scripts make; those of the page's own text the worker has led into the preview. A frame begins to load as soon as it is there. */
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

/** The script of a web worker is not asked for by its page, so that the preview's worker would not see it. */
function mapWorkers(): void {
  const construct = (target: typeof Worker, [url, options]: [string | URL, WorkerOptions?]) =>
    new target(mapped(url) ?? url, options);
  for (const name of ['Worker', 'SharedWorker']) {
    const original: unknown = Reflect.get(window, name);
    if (typeof original === 'function') Reflect.set(window, name, new Proxy(original, { construct }));
  }
}

/** Chromium asks for what `<a download>` names by itself, past every worker: it is gone to instead, and the worker says that it is to be saved. */
function mapDownloads(): void {
  navigation?.addEventListener('navigate', (event) => {
    if (event.downloadRequest === null || !event.cancelable) return;
    const url = new URL(mapped(event.destination.url) ?? event.destination.url);
    if (!url.href.startsWith(root.href) || url.searchParams.has(downloadParameter)) return;
    event.preventDefault();
    url.searchParams.set(downloadParameter, event.downloadRequest);
    location.assign(url);
  });
}
