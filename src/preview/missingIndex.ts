import { sanitize } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import { firstPage } from './firstPage.ts';
import { isHtml } from '../files/webPages.ts';
import { setting } from '../text/wording.ts';

/**
 * The warning about a preview without a page that its link can open.
 * @param names relative to the site's folder
 * @param place the site's folder, as an S3 URI
 * @returns undefined if there is such a page
 */
export function missingIndexWarning(names: ReadonlySet<string>, place: string): string | undefined {
  if (firstPage([...names]) !== undefined) return undefined;
  const pages = [...names].filter(isHtml);
  const indexes = pages.filter((name) => /(?:^|\/)index\.html$/i.test(name));
  const nearest = indexes.sort((a, b) => a.split('/').length - b.split('/').length)[0];
  const where = `The preview has no 'index.html' in ${sanitize(place)}`;
  if (pages.length === 0)
    return `${where}: none of its ${count(names.size, 'file')} ends in .html. Upload the output folder of the site's build, or remove ${setting('preview')}.`;
  return nearest === undefined
    ? `${where}: its link opens a list of its ${count(pages.length, 'page')}. Add an 'index.html' to the site.`
    : `${where}: its link opens a list of its ${count(pages.length, 'page')}. The nearest is '${sanitize(nearest)}'. To open it, set ${setting('path')} to its folder when you upload, or ${setting('destination')} when you renew links.`;
}
