import { addressOf, slugOf } from './addresses.ts';
import type { Resolver } from './markup.ts';
import type { Tools } from './viewer.ts';

/** Pictures in the document itself. */
const inlinePicture = /^data:image\/(?:png|jpeg|gif|webp|avif|bmp|svg\+xml)[;,]/i;

/**
 * Decides about links and pictures of a document. Pictures are loaded only from the files of the list, because another host would learn who
 * reads the document.
 * @param base path of the document, relative to the destination
 * @param attachments pictures as `data:` URLs, by their names
 */
export function createResolver(
  base: string,
  { linkOf }: Pick<Tools, 'linkOf'>,
  attachments: Readonly<Record<string, string>> = {},
): Resolver {
  const fileOf = (paths: readonly string[]) => paths.find((path) => linkOf(path) !== undefined);
  const inNewTab = { target: '_blank', rel: 'noopener noreferrer' };
  return {
    link: (href) => {
      const address = addressOf(href, base);
      if (address.kind === 'web') return { href: address.url, ...inNewTab };
      if (address.kind === 'heading') return { href: '#', 'data-heading': address.slug };
      const path = address.kind === 'path' ? fileOf(address.paths) : undefined;
      return path === undefined ? undefined : { href: linkOf(path) ?? '', 'data-file': path, ...inNewTab };
    },
    picture: (src) => {
      if (inlinePicture.test(src)) return src;
      const name = /^attachment:(.*)$/s.exec(src)?.[1];
      if (name !== undefined) return Object.hasOwn(attachments, name) ? attachments[name] : undefined;
      const address = addressOf(src, base);
      const path = address.kind === 'path' ? fileOf(address.paths) : undefined;
      return path === undefined ? undefined : linkOf(path);
    },
  };
}

/** Opens links to files in the pane, and moves to headings of the document. */
export function listenToLinks(place: HTMLElement, { open }: Pick<Tools, 'open'>): void {
  place.addEventListener('click', (event) => {
    const link = event.target instanceof Element && event.target.closest<HTMLElement>('a[href]');
    if (!link) return;
    const { file, heading } = link.dataset;
    if (heading !== undefined) {
      event.preventDefault();
      showHeading(place, heading);
      // The browser handles clicks that open new tabs.
    } else if (file !== undefined && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      open(file);
    }
  });
}

/** GitHub adds a number to the name of a heading that occurs again. */
function showHeading(place: HTMLElement, wanted: string): void {
  const seen = new Map<string, number>();
  for (const heading of place.querySelectorAll<HTMLElement>('h3, h4, h5, h6')) {
    const slug = slugOf(heading.textContent);
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    if (wanted !== (times > 0 ? `${slug}-${times}` : slug)) continue;
    heading.tabIndex = -1;
    heading.scrollIntoView();
    heading.focus({ preventScroll: true });
    return;
  }
}
