/** Compares a preview with the same site on a static server. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

import type { Browser, Frame, Page } from 'puppeteer-core';

import { addressOf, follow, onlyFrame, openTab, waitForPageText } from '../browserWindow.ts';
import { downloaded } from '../downloads.ts';
import type { GeneratedSite, Step } from './generatedSite.ts';

/** What a page shows after a step. */
interface Look {
  readonly step: string;
  readonly title: string;
  readonly text: string;
  /** The path of the page below the folder of the site. */
  readonly at: string;
  /** The URLs of all links of the page. */
  readonly links: string;
}

interface Walk {
  readonly looks: readonly Look[];
  readonly problems: readonly string[];
  /** Why a step was not possible. */
  readonly failure: string | undefined;
}

/** What to open, and the URL path of the folder of the site. */
interface Place {
  readonly url: string;
  readonly base: string;
}

/** What Firefox says of requests that the next page aborts. */
const aborted = /Failed to load ‘’\. A ServiceWorker intercepted|Parent browsing context was disposed/;

/** Milliseconds that a page may take until its scripts have set its title and texts. */
const patience = 5_000;

/**
 * @param places the preview, and the static server
 * @returns sentences about what is different; none if the sites are the same
 */
export async function compareSites(
  site: GeneratedSite,
  browser: Browser,
  places: Readonly<Record<'preview' | 'static', Place>>,
): Promise<string[]> {
  const expected = await walk(site, browser, places.static, '');
  // Else a wrong step would fail on both, and the sites would seem to be the same.
  if (expected.failure !== undefined) throw new Error(`${site.name} on a static server: ${expected.failure}`);
  const seen = await walk(site, browser, places.preview, '#/', expected.looks);
  const differences = seen.problems
    .filter((problem) => !expected.problems.includes(problem) && !aborted.test(problem))
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

/**
 * @param deep what is between the URL and the path of a page
 * @param expected what the steps should show
 */
async function walk(
  site: GeneratedSite,
  browser: Browser,
  { url, base }: Place,
  deep: string,
  expected: readonly Look[] = [],
): Promise<Walk> {
  const downloadPath = await mkdtemp(path.join(tmpdir(), 'downloads-'));
  const context = await browser.createBrowserContext({ downloadBehavior: { policy: 'allow', downloadPath } });
  const { page, problems } = await openTab(context);
  const part = site.builtFor === 'folder' ? (whole: Page) => whole.mainFrame() : onlyFrame;
  const looks: Look[] = [];
  let failure: string | undefined;
  const see = async (step: string, shows: string) => {
    await waitForPageText(page, shows, part);
    const until = performance.now() + patience;
    let seen = await look(step, page, part(page), base);
    // Without an expectation, until nothing has changed for a moment.
    for (let wanted = expected[looks.length], last; performance.now() < until; last = seen) {
      if (isDeepStrictEqual(seen, wanted ?? last)) break;
      await sleep(500);
      seen = await look(step, page, part(page), base);
    }
    looks.push(seen);
  };
  try {
    await follow(page, url);
    await see('opening', site.opens);
    for (const { act, shows } of site.walk) {
      await take(act, page, part);
      await see(act, shows);
    }
    if (site.downloads !== undefined) {
      const text = await readFile(await downloaded(downloadPath, site.downloads), 'utf8');
      looks.push({ step: 'the download', title: '', text, at: '', links: '' });
    }
    if (site.deep) {
      await follow(page, `${url}${deep}${site.deep.path}`);
      await see('opening the path', site.deep.shows);
    }
  } catch (error) {
    failure = String(error).split('\n', 1)[0];
  }
  await context.close();
  await rm(downloadPath, { recursive: true });
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
      // Resolved, because MkDocs Material makes them absolute after a while.
      links: [...document.querySelectorAll<HTMLAnchorElement>('a[href]')].map(({ href }) => href).join(' '),
    })),
  ]);
  // Reports say how old they are, and MkDocs Material whether its search has loaded.
  const timeless = text
    .replaceAll(/\d+ \w+(?: \d+ \w+)? ago/g, '… ago')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(?:Initializing search|Type to start searching) /g, '');
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
