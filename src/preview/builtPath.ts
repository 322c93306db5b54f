import type { Tag } from './htmlTags.ts';
import { isRootLink, isWithin, scriptSources } from './tagFindings.ts';
import { knownSuffix } from './routes.ts';

/** Counts for which path the pages of a site were built. */
export interface BuiltPath {
  readonly read: (tags: readonly Tag[]) => void;
  /** The path with a slash at both ends, e.g. `/my-project/` for GitHub Pages. `/` for the root of a host, and for relative URLs. */
  readonly result: () => string;
}

/**
 * Finds the path that a site was built for: its pages load `/my-project/app.js`, and the site has `app.js`.
 * @param place path of the site's folder on its host
 */
export function createBuiltPath(names: readonly string[], place: string): BuiltPath {
  const files = new Set(names);
  const votes = new Map<string, number>();
  const read = (tags: readonly Tag[]) => {
    for (const tag of tags)
      for (const source of loaded(tag)) {
        if (!isRootLink(source) || isWithin(source, place)) continue;
        // As in the location of a page: encoded, and without dots.
        const path = URL.parse(source, 'https://site.invalid')?.pathname ?? '';
        const file = tag.name === 'base' ? '' : knownSuffix(path, files);
        if (file === undefined) continue;
        const base = path.slice(0, path.length - file.length);
        votes.set(base, (votes.get(base) ?? 0) + 1);
      }
  };
  const result = () => {
    if (votes.has('/')) return '/';
    const [most] = [...votes].sort(([, a], [, b]) => b - a);
    return most && usual.test(most[0]) ? most[0] : '/';
  };
  return { read, result };
}

/** Other paths could not be in the metadata of an object. */
const usual = /^\/[\w.~%+@/-]{1,200}\/$/;

/** The URLs of scripts and style sheets, and the base URL of a page, as Angular writes it. */
function loaded(tag: Tag): string[] {
  const { name, attributes } = tag;
  const isStyle = name === 'link' && /\bstylesheet\b/i.test(attributes.get('rel') ?? '');
  return isStyle
    ? [(attributes.get('href') ?? '').trim()]
    : ['script', 'base'].includes(name)
      ? scriptSources(tag)
      : [];
}
