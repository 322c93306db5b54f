/** Compares a preview with the same site on a static server. */
import type { Browser, Frame, Page } from 'puppeteer-core';

import { addressOf, follow, onlyFrame, openTab, waitForPageText } from '../browserWindow.ts';
import type { GeneratedSite, Step } from './sites.ts';

/** What a page shows after a step. */
interface Look {
  readonly step: string;
  readonly title: string;
  readonly text: string;
  /** The path of the page below the folder of the site. */
  readonly at: string;
  /** The links of the page as they are written. */
  readonly links: string;
}

interface Walk {
  readonly looks: readonly Look[];
  readonly problems: readonly string[];
  /** Why a step was not possible. */
  readonly failure: string | undefined;
}

interface ComparisonOptions {
  readonly bases: Readonly<Record<'preview' | 'static', string>>;
  readonly downloadPath: string;
  /** Waits for a file that the browser downloads. */
  readonly downloads: (name: string) => Promise<unknown>;
}

/**
 * @param urls what to open
 * @returns sentences about what is different; none if the sites are the same
 */
export async function compareSites(
  site: GeneratedSite,
  browser: Browser,
  urls: Readonly<Record<'preview' | 'static', string>>,
  options: ComparisonOptions,
): Promise<string[]> {
  const expected = await walk(site, browser, urls.static, options.bases.static, options);
  // Else a wrong step would fail on both, and the sites would seem to be the same.
  if (expected.failure !== undefined) throw new Error(`${site.name} on a static server: ${expected.failure}`);
  const seen = await walk(site, browser, urls.preview, options.bases.preview, options);
  const differences = seen.problems
    .filter((problem) => !expected.problems.includes(problem))
    .map((problem) => `Problem: ${problem}`);
  if (seen.failure !== undefined) differences.push(`Step ${seen.looks.length}: ${seen.failure}`);
  for (const [index, look] of seen.looks.entries()) {
    const other = expected.looks[index];
    for (const part of ['title', 'text', 'at', 'links'] as const)
      if (other && look[part] !== other[part])
        differences.push(
          `After ${look.step}: ${part} is ${excerpt(look[part])}, not ${excerpt(other[part])}`,
        );
  }
  return differences;
}

async function walk(
  site: GeneratedSite,
  browser: Browser,
  url: string,
  base: string,
  { downloadPath, downloads }: ComparisonOptions,
): Promise<Walk> {
  const context = await browser.createBrowserContext({ downloadBehavior: { policy: 'allow', downloadPath } });
  const { page, problems } = await openTab(context);
  const part = site.builtFor === 'root' ? onlyFrame : (whole: Page) => whole.mainFrame();
  const looks: Look[] = [];
  let failure: string | undefined;
  try {
    await follow(page, url);
    await waitForPageText(page, site.opens, part);
    looks.push(await look('opening', page, part(page), base));
    for (const { act, shows } of site.walk) {
      await take(act, page, part);
      await waitForPageText(page, shows, part);
      looks.push(await look(act, page, part(page), base));
    }
    if (site.downloads !== undefined) await downloads(site.downloads);
  } catch (error) {
    failure = String(error).split('\n', 1)[0];
  }
  await context.close();
  return { looks, problems: problems.map(withoutPort), failure };
}

async function take(act: Step['act'], page: Page, part: (page: Page) => Frame): Promise<void> {
  if (act === 'reload') await page.reload({ waitUntil: 'load' });
  else if (act === 'back') await page.evaluate(() => history.back());
  else await part(page).locator(act).click();
}

async function look(step: string, page: Page, part: Frame, base: string): Promise<Look> {
  const [at, title, { text, links }] = await Promise.all([
    addressOf(page),
    page.title(),
    part.evaluate(() => ({
      text: document.body.innerText,
      links: [...document.querySelectorAll('a[href]')].map((link) => link.getAttribute('href')).join(' '),
    })),
  ]);
  // Reports say how old they are, and MkDocs Material that its search still loads.
  const timeless = text
    .replaceAll(/\d+ \w+(?: \d+ \w+)? ago/g, '… ago')
    .replaceAll(/\s+/g, ' ')
    .replace('Initializing search', 'Type to start searching');
  return {
    step,
    title,
    text: timeless,
    at: at.startsWith(base) ? at.slice(base.length) : at,
    links: withoutPort(links),
  };
}

function withoutPort(text: string): string {
  return text.replaceAll(/127\.0\.0\.1:\d+/g, 'host');
}

function excerpt(text: string): string {
  return `'${text.slice(0, 80)}'`;
}
