import { isHtml } from '../files/webPages.ts';

/** Pages that open a site, in this order. Robot Framework writes `report.html`, which links to its other page. */
const entries = ['index.html', '200.html', 'index.htm', 'index.xhtml', 'report.html'];

/**
 * The page that a site opens with: a page with a usual name, else its only page, else the only page at its top.
 * @param names relative to the site's folder
 * @returns undefined if several pages may be the first
 */
export function firstPage(names: readonly string[]): string | undefined {
  const files = new Set(names);
  const entry = entries.find((name) => files.has(name));
  if (entry !== undefined) return entry;
  const pages = names.filter(isHtml);
  const candidates = pages.length === 1 ? pages : pages.filter((name) => !name.includes('/'));
  return candidates.length === 1 ? candidates[0] : undefined;
}
