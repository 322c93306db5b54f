import type { Neighbors } from '../neighbors.ts';
import { addressOf } from './addresses.ts';
import type { Resolver } from './markup.ts';

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
  { linkOf }: Pick<Neighbors, 'linkOf'>,
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
