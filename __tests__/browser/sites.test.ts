import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Frame, Page } from 'puppeteer-core';

import { startRealPlatform } from '../../platform/real/index.ts';
import { browserNames } from '../../scripts/browsers.ts';
import { startBrowser } from './browsers.ts';
import { baseOf, publishPreview } from './previews.ts';
import { folderWith } from '../support/folder.ts';
import { type SiteName, buildSite, installSites } from './sites.ts';
import { serveFolders } from './staticServer.ts';
import { follow, onlyFrame, picture, addressOf, openWindow, waitForPageText } from './browserWindow.ts';

/** A user's step on a site, and a text that the page must then show. */
interface Step {
  readonly name: string;
  /** @param site the frame that shows the site; the page itself, if there is no such frame */
  readonly act: (page: Page, site: Frame) => Promise<unknown>;
  readonly shows: string;
}

interface Site {
  /** A text of the first page after its scripts have run. */
  readonly opens: string;
  readonly walk: readonly Step[];
  /** The path after `#/` in a deep link, and a text of that page. */
  readonly deep?: { readonly path: string; readonly shows: string };
  readonly fallback?: { readonly name: string; readonly status: number };
}

const click = (text: string) => (_: Page, site: Frame) => site.locator(`a ::-p-text(${text})`).click();
const back = (page: Page) => page.evaluate(() => history.back());
const reload = (page: Page) => page.reload({ waitUntil: 'load' });

const sites: Readonly<Record<SiteName, Site>> = {
  vitepress: {
    opens: 'Computed from what was measured',
    walk: [
      { name: 'a link to a page', act: click('Begin'), shows: 'A tide is a sum of waves' },
      { name: 'a link in the side bar', act: click('Stations'), shows: 'Saint-Malo' },
      { name: 'reload', act: reload, shows: 'Saint-Malo' },
      { name: 'back', act: back, shows: 'A tide is a sum of waves' },
    ],
    deep: { path: 'guide/stations', shows: 'Saint-Malo' },
    fallback: { name: '404.html', status: 404 },
  },
  react: {
    opens: '12 boats, counted by a worker',
    walk: [
      { name: 'a route', act: click('Osprey'), shows: 'Boat osprey' },
      { name: 'reload at a route', act: reload, shows: 'Boat osprey' },
      { name: 'an unknown route', act: click('Reef'), shows: 'No such berth' },
      { name: 'back', act: back, shows: 'Boat osprey' },
    ],
    deep: { path: 'boats/gannet', shows: 'Boat gannet' },
    fallback: { name: 'index.html', status: 200 },
  },
  typedoc: {
    opens: 'Tide tables',
    walk: [
      { name: 'a class', act: click('Station'), shows: 'A place where tides were measured' },
      { name: 'a method', act: click('height'), shows: 'Height of the tide' },
      { name: 'reload', act: reload, shows: 'Height of the tide' },
      { name: 'back', act: back, shows: 'A place where tides were measured' },
    ],
    deep: { path: 'interfaces/Harmonic.html#phase', shows: 'A wave that is part of a tide' },
  },
  playwright: {
    opens: 'add up',
    walk: [
      { name: 'a test', act: click('add up'), shows: 'two waves' },
      { name: 'reload', act: reload, shows: 'two waves' },
      { name: 'back', act: back, shows: 'tides.spec.js' },
      { name: 'a filter', act: click('Skipped'), shows: 'are not there on the moon' },
    ],
  },
  sveltekit: {
    opens: 'All stations',
    walk: [
      { name: 'a route', act: click('Brest'), shows: 'Tides of brest' },
      { name: 'reload at a route', act: reload, shows: 'Tides of brest' },
      { name: 'another route', act: click('Malo'), shows: 'Tides of saint-malo' },
      { name: 'back', act: back, shows: 'Tides of brest' },
    ],
    deep: { path: 'stations/brest', shows: 'Tides of brest' },
    fallback: { name: '200.html', status: 200 },
  },
  astro: {
    opens: '3 links on this page',
    walk: [
      { name: 'a link to a folder', act: click('Gale'), shows: 'Force nine' },
      { name: 'a link to another folder', act: click('Calm'), shows: 'Nothing at all' },
      { name: 'reload', act: reload, shows: 'Nothing at all' },
      { name: 'back', act: back, shows: 'Force nine' },
    ],
    deep: { path: 'notes/gale/', shows: 'Force nine' },
    fallback: { name: '404.html', status: 404 },
  },
};

/** The sites to build for their folder. SvelteKit differs from the others only at the root. */
const names = (Object.keys(sites) as SiteName[]).filter((name) => name !== 'sveltekit');

/** A build of a site. */
interface Build {
  readonly name: SiteName;
  readonly destination: string;
  /** The URL path that the site is built for. */
  readonly base: string;
  /** Finds the frame that shows the site. */
  readonly siteOf: (page: Page) => Frame;
}

const inFolders = names.map((name): Build => {
  const destination = `previews/${name}`;
  return { name, destination, base: baseOf(destination), siteOf: (page) => page.mainFrame() };
});
/** Builds with the default base of their tools. Their routers take the whole path as a route. */
const atRoot = (['vitepress', 'react', 'astro', 'sveltekit'] as const).map((name): Build => ({
  name,
  destination: `rooted/${name}`,
  base: '/',
  siteOf: onlyFrame,
}));
const builds = [...inFolders, ...atRoot];

const started = new AsyncDisposableStack();
const links = new Map<Build, string>();
const logs = new Map<Build, string>();
/** Origins of the static servers that show the same builds. */
const origins = new Map<Build, string>();

beforeAll(async () => {
  const [platform, installed] = await Promise.all([startRealPlatform(), installSites()]);
  started.defer(() => platform.stop());
  for (const build of builds) {
    const { name, destination, base } = build;
    const folder = buildSite(installed, name, base, folderWith({}));
    const { fallback } = sites[name];
    const statics = await serveFolders(
      new Map([[base, folder]]),
      new Map(fallback ? [[base, fallback]] : []),
    );
    started.defer(() => statics.close());
    origins.set(build, statics.origin);
    const { link, log } = await publishPreview(platform, folder, { destination });
    links.set(build, link);
    logs.set(build, log);
  }
}, 600_000);

afterAll(() => started.disposeAsync());

describe.each(browserNames)('in %s', (browserName) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(browserName);
  });

  afterAll(() => browser.close());

  describe.each(builds)('a site made by $name for $base', (build) => {
    const { name, destination, base, siteOf } = build;
    const site = sites[name];
    const link = () => links.get(build) ?? '';

    /** Walks through the site, and returns the URL and a picture after each step. */
    async function walk(page: Page, folder: string) {
      const seen: { step: string; at: string; inside: string; title: string; shot: Buffer }[] = [];
      const look = async (step: string, text: string) => {
        await waitForPageText(page, text, siteOf);
        // The caret and the mouse pointer are not part of the page. The focus outline can cover the scroll bar, but not leave a frame.
        await page.mouse.move(0, 0);
        await siteOf(page).evaluate(() => {
          if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
        });
        const shot = await picture(page);
        const [at, inside] = await Promise.all([addressOf(page), addressOf(siteOf(page))]);
        expect(at.slice(0, folder.length)).toBe(folder);
        seen.push({ step, at: at.slice(folder.length), inside, title: await page.title(), shot });
      };
      await look('the first page', site.opens);
      for (const { name: step, act, shows } of site.walk) {
        await act(page, siteOf(page));
        await look(step, shows);
      }
      return seen;
    }

    test('looks and works like on a static server', async () => {
      await using preview = await openWindow(browser);
      await follow(preview.page, link());
      const shown = await walk(preview.page, baseOf(destination));
      await using original = await openWindow(browser);
      await follow(original.page, `${origins.get(build) ?? ''}${base}`);
      const expected = await walk(original.page, base);
      const withoutPictures = (steps: typeof shown) =>
        steps.map(({ step, at, inside, title }) => ({ step, at, inside, title }));
      expect(withoutPictures(shown)).toEqual(withoutPictures(expected));
      keepPictures(`${browserName}-${destination.replace('/', '-')}`, shown, expected);
      const differing = shown.filter(({ shot }, index) => !expected[index]?.shot.equals(shot));
      expect(differing.map(({ step }) => step)).toEqual([]);
      expect(preview.problems).toEqual([]);
      expect(original.problems).toEqual([]);
    });

    if (site.deep) {
      const { path: deepPath, shows } = site.deep;
      test('opens the page in the link', async () => {
        await using preview = await openWindow(browser);
        await follow(preview.page, `${link()}#/${deepPath}`);
        await waitForPageText(preview.page, shows, siteOf);
        expect(await addressOf(preview.page)).toBe(`${baseOf(destination)}${deepPath}`);
        expect(await addressOf(siteOf(preview.page))).toBe(`${base}${deepPath}`);
        expect(preview.problems).toEqual([]);
      });
    }
  });
});

/** Compares two pictures, and keeps both if they differ. */
function keepPictures(
  name: string,
  shown: readonly { step: string; shot: Buffer }[],
  expected: readonly { shot: Buffer }[],
): void {
  const folder = path.resolve('.cache', 'results', 'pictures');
  for (const [index, { step, shot }] of shown.entries()) {
    const other = expected[index]?.shot;
    if (other?.equals(shot)) continue;
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `${name}-${step.replaceAll(' ', '-')}`);
    writeFileSync(`${file}-preview.png`, shot);
    if (other) writeFileSync(`${file}-static.png`, other);
  }
}

test('no site causes a warning, and the log says which ones a frame shows', () => {
  for (const [{ destination, base }, log] of logs) {
    expect([destination, log]).toEqual([destination, expect.stringContaining('Preview: ')]);
    expect([destination, log.match(/^::warning.*/gm)]).toEqual([destination, null]);
    expect([destination, log.includes('shows it in a frame')]).toEqual([destination, base === '/']);
  }
  expect(logs.size).toBe(builds.length);
});
