import { percentDecoded } from '../text/encode.ts';
import type { Tag } from './htmlTags.ts';
import { createRoutes, knownSuffix } from './routes.ts';

/** A tag that names a file of the site by its public address. */
export interface PublicReference {
  readonly kind: 'public-files' | 'public-links';
  readonly tag: Tag;
}

/**
 * Finds references to the public address of a site, e.g. `https://docs.example.org/style.css`, although the site has the file. The address follows
 * from the canonical URL of a page, or from the URL of a feed that the site has.
 * @param names of all files of the site
 */
export function createPublicAddresses(
  names: readonly string[],
): (page: string, tags: readonly Tag[]) => Generator<PublicReference> {
  const { resource } = createRoutes(names);
  const files = new Set(names);
  return function* (page, tags) {
    const base = tags
      .map((tag) => canonicalBase(tag, page) ?? feedBase(tag, files))
      .find((found) => found !== undefined);
    if (base === undefined) return;
    for (const tag of tags) {
      const reference = referenceOf(tag);
      if (!reference?.url.startsWith(base)) continue;
      const path = reference.url.slice(base.length).replace(/[?#].*/s, '');
      if (resource(percentDecoded(path)).kind !== 'missing') yield { kind: reference.kind, tag };
    }
  };
}

/** The public address of the site, if the tag has the canonical URL of this page. */
function canonicalBase({ name, attributes }: Tag, page: string): string | undefined {
  const value = (attribute: string) => attributes.get(attribute)?.trim() ?? '';
  const isCanonical = name === 'link' && /^canonical$/i.test(value('rel'));
  const isOpenGraph = name === 'meta' && value('property') === 'og:url';
  const url = isCanonical ? value('href') : isOpenGraph ? value('content') : '';
  if (!/^https?:\/\/[^/]+\//i.test(url)) return undefined;
  const ends = [
    page,
    page.replace(/index\.html$/, ''),
    page.replace(/\.html$/, ''),
    page.replace(/\.html$/, '/'),
  ];
  const end = ends.find((one) => url.endsWith(`/${one}`));
  return end === undefined ? undefined : url.slice(0, url.length - end.length);
}

/** The public address of the site, if the tag has the URL of a feed and the site has this file. */
function feedBase({ name, attributes }: Tag, files: ReadonlySet<string>): string | undefined {
  if (name !== 'link' || !feeds.test(attributes.get('type')?.trim() ?? '')) return undefined;
  const url = URL.parse(attributes.get('href')?.trim() ?? '');
  if (!url || !/^https?:$/.test(url.protocol) || url.search + url.hash !== '') return undefined;
  const file = knownSuffix(url.pathname, files);
  return file === undefined ? undefined : url.href.slice(0, url.href.length - file.length);
}

const feeds = /^application\/(?:atom|rss)\+xml$/i;

function referenceOf({ name, attributes }: Tag): { kind: PublicReference['kind']; url: string } | undefined {
  const value = (attribute: string) => attributes.get(attribute)?.trim() ?? '';
  if (name === 'a') return { kind: 'public-links', url: value('href') };
  const loads = name === 'link' && /\b(?:stylesheet|modulepreload|preload)\b/i.test(value('rel'));
  const url = loads
    ? value('href')
    : ['script', 'img', 'iframe', 'source'].includes(name)
      ? value('src')
      : '';
  return url === '' ? undefined : { kind: 'public-files', url };
}
