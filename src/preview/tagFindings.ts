import type { Tag } from './htmlTags.ts';
import type { FindingKind } from './finding.ts';

const parts = new Set(['script', 'img', 'iframe', 'source', 'video', 'audio', 'embed']);

/** What a tag contains that does not work in a preview, or differently. */
export function* findingsOf(tag: Tag, place: string, isSecure: boolean): Generator<FindingKind> {
  const { name, attributes } = tag;
  const value = (attribute: string) => attributes.get(attribute)?.trim() ?? '';
  if (pageLinks(tag).some((link) => isRootLink(link) && !isWithin(link, place))) yield 'root-links';
  if (name === 'iframe' && attributes.has('sandbox') && !/allow-same-origin/i.test(value('sandbox')))
    yield 'sandboxed-frame';
  const shown = name === 'object' ? value('data') : name === 'embed' ? value('src') : '';
  if (shown !== '' && !/^(?:https?:|data:|\/\/)/i.test(shown)) yield 'plugin';
  const isStyle = name === 'link' && /^(?:stylesheet|modulepreload)\b/i.test(value('rel'));
  const part = parts.has(name) ? value('src') : isStyle ? value('href') : '';
  if (isSecure && /^http:\/\//i.test(part)) yield 'mixed-content';
}

/** The URLs of a tag that opens a page, e.g. `<a href="…">`. */
function pageLinks(tag: Tag): string[] {
  const { name, attributes } = tag;
  if (isMeta(tag, 'refresh'))
    return [/url\s*=\s*["']?(\S*)/i.exec(attributes.get('content') ?? '')?.[1] ?? ''];
  return ['a', 'area', 'form', 'iframe', 'frame'].includes(name)
    ? ['href', 'action', 'src'].map((attribute) => attributes.get(attribute)?.trim() ?? '')
    : [];
}

function isMeta({ name, attributes }: Tag, equivalent: string): boolean {
  return name === 'meta' && attributes.get('http-equiv')?.trim().toLowerCase() === equivalent;
}

export interface PageScripts {
  /** The first script from the root of a host. */
  readonly rootScript: Tag | undefined;
  /** Whether the URL of a script does not depend on the URL of the page. */
  readonly isAbsolute: boolean;
}

/** The scripts that a page loads, and its base URL. */
export function scriptsOf(name: string, tags: readonly Tag[], place: string): PageScripts {
  const isRoot = (source: string) => isRootLink(source) && !isWithin(source, place);
  const rooted = tags.filter((tag) => scriptSources(tag).some(isRoot));
  const isAbsolute = tags.some(
    (tag) => hasBase(tag) || scriptSources(tag).some((source) => isRootLink(source)),
  );
  // On sites with relative URLs, only the "not found" page has absolute ones. It matters only if it starts an application.
  const counts = name.endsWith('404.html') ? rooted.filter(isModule) : rooted;
  return { rootScript: counts[0], isAbsolute };
}

function hasBase({ name, attributes }: Tag): boolean {
  return name === 'base' && attributes.has('href');
}

function isModule({ name, attributes }: Tag): boolean {
  return name === 'script' && (!attributes.has('src') || attributes.get('type')?.trim() === 'module');
}

/** The URL of a script, the base URL of a page, or the URLs that an inline script imports. */
export function scriptSources({ name, attributes, text }: Tag): string[] {
  const source =
    name === 'script' ? attributes.get('src') : name === 'base' ? attributes.get('href') : undefined;
  if (source !== undefined) return [source.trim()];
  return name === 'script' ? [...text.matchAll(imports)].map(([, path = '']) => path) : [];
}

const imports = /\b(?:import|from)\s{0,20}\(?\s{0,20}["'`]([^"'`\s]{1,500})["'`]/g;

/** Whether a link leads to the site's folder, with or without a slash at its end, or to a file in it. */
export function isWithin(link: string, place: string): boolean {
  return link.startsWith(place) || `${link.replace(/[?#].*/s, '')}/` === place;
}

export function isRootLink(link: string): boolean {
  return link.startsWith('/') && !link.startsWith('//');
}
