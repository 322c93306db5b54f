import type { ReleaseLink } from '../hosts/reporter.ts';
import type { Publication } from '../links/manifest.ts';
import { sanitize } from '../text/sanitize.ts';

/**
 * The links of a publication for a release: the preview or entry page, the page with all links, and the files if they fit.
 * @param limit most links
 */
export function releaseLinks(publication: Publication, limit: number): ReleaseLink[] {
  const { links, main, index, files, fileCount, workspace, destination } = publication;
  if (!links) return [];
  const pages = [
    ...(main && main.url !== index?.url ? [{ name: `Open ${main.name}`, url: main.url }] : []),
    ...(index ? [{ name: 'All files', url: index.url }] : []),
  ];
  const single = fileCount === 1 ? [] : pages;
  const fits = single.length + fileCount <= limit;
  const named = fits
    ? [...single, ...Iterator.from(files()).map(({ name, key }) => ({ name, url: links.url(key) }))]
    : pages;
  // GitLab rejects a URL that another link of the release has.
  const seen = new Set<string>();
  return named.flatMap(({ name, url }) => {
    if (seen.has(url)) return [];
    seen.add(url);
    const clean = sanitize(name);
    return [{ name: clean, longName: `${clean} (${sanitize(`${workspace}/${destination}`)})`, url }];
  });
}
