import { printable } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import { isHtml } from '../files/media.ts';

/**
 * What to say of a site whose link has no page to open; undefined where there is one.
 * @param names relative to the site's folder
 * @param place the site's folder, as an S3 URI
 */
export function missingFirstPage(names: ReadonlySet<string>, place: string): string | undefined {
  if (names.has('index.html') || names.has('200.html')) return undefined;
  const pages = [...names].filter(isHtml);
  const indexes = pages.filter((name) => /(?:^|\/)index\.html$/i.test(name));
  const nearest = indexes.sort((a, b) => a.split('/').length - b.split('/').length)[0];
  const where = `The preview has no 'index.html' in ${printable(place)}`;
  if (pages.length === 0)
    return `${where}: none of its ${count(names.size, 'file')} ends in .html. Upload the folder that the site was built into, or leave out 'preview'.`;
  return nearest === undefined
    ? `${where}: its link opens a list of its ${count(pages.length, 'page')}. Add an 'index.html' to the site.`
    : `${where}: its link opens a list of its ${count(pages.length, 'page')}. The nearest is '${printable(nearest)}': set 'path' to its folder for an upload, or 'destination' for new links.`;
}
