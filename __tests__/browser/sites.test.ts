import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';

import type { Platform } from '../../platform/platform.ts';
import { startRealPlatform } from '../../platform/real/index.ts';
import { browserNames } from '../../scripts/browsers.ts';
import { startBrowser } from './browsers.ts';
import { baseOf, publishPreview } from './previews.ts';
import { folderWith } from '../support/folder.ts';
import { type SiteName, buildSite, installSites } from './sites.ts';
import { type StaticServer, serveFolders } from './staticServer.ts';
import { follow, picture, waitForPageText, openWindow, addressOf } from './browserWindow.ts';

/** A user's step on a site, and a text that the page must then show. */
interface Step {
  readonly name: string;
  readonly act: (page: Page) => Promise<unknown>;
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

const click = (text: string) => (page: Page) => page.locator(`a ::-p-text(${text})`).click();
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

const names = Object.keys(sites) as SiteName[];
const destinationOf = (name: SiteName) => `previews/${name}`;
const started = new AsyncDisposableStack();
const links = new Map<SiteName, string>();
const logs = new Map<SiteName, string>();
let statics: StaticServer;
/** The log line for a VitePress site that is not built for its folder. */
let rooted = '';

beforeAll(async () => {
  const [platform, installed] = await Promise.all([startRealPlatform(), installSites()]);
  started.defer(() => platform.stop());
  const folders = new Map(
    names.map((name) => [name, buildSite(installed, name, baseOf(destinationOf(name)), folderWith({}))]),
  );
  statics = await serveFolders(
    new Map([...folders].map(([name, folder]) => [baseOf(destinationOf(name)), folder])),
    new Map(
      names.flatMap((name) => {
        const { fallback } = sites[name];
        return fallback ? [[baseOf(destinationOf(name)), fallback] as const] : [];
      }),
    ),
  );
  started.defer(() => statics.close());
  for (const [name, folder] of folders) {
    const { link, log } = await publishSite(platform, name, folder);
    links.set(name, link);
    logs.set(name, log);
  }
  ({ log: rooted } = await publishPreview(platform, buildSite(installed, 'vitepress', '/', folderWith({})), {
    destination: 'previews/rooted',
  }));
}, 600_000);

afterAll(() => started.disposeAsync());

function publishSite(platform: Platform, name: SiteName, folder: string) {
  return publishPreview(platform, folder, { destination: destinationOf(name) });
}

describe.each(browserNames)('in %s', (browserName) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(browserName);
  }, 60_000);

  afterAll(() => browser.close());

  describe.each(names)('a site made by %s', (name) => {
    const site = sites[name];
    const base = baseOf(destinationOf(name));

    /** Walks through the site, and returns the URL and a picture after each step. */
    async function walk(page: Page) {
      const seen: { step: string; at: string; title: string; shot: Buffer }[] = [];
      const look = async (step: string, text: string) => {
        await waitForPageText(page, text);
        // The caret and the mouse pointer are not part of the page.
        await page.mouse.move(0, 0);
        const shot = await picture(page);
        seen.push({ step, at: await addressOf(page), title: await page.title(), shot });
      };
      await look('the first page', site.opens);
      for (const { name: step, act, shows } of site.walk) {
        await act(page);
        await look(step, shows);
      }
      return seen;
    }

    test('looks and works like on a static server', async () => {
      await using preview = await openWindow(browser);
      await follow(preview.page, links.get(name) ?? '');
      const shown = await walk(preview.page);
      await using original = await openWindow(browser);
      await follow(original.page, `${statics.origin}${base}`);
      const expected = await walk(original.page);
      const told = (steps: typeof shown) => steps.map(({ step, at, title }) => ({ step, at, title }));
      expect(told(shown)).toEqual(told(expected));
      keepPictures(`${browserName}-${name}`, shown, expected);
      const differing = shown.filter(({ shot }, index) => !expected[index]?.shot.equals(shot));
      expect(differing.map(({ step }) => step)).toEqual([]);
      expect(preview.problems).toEqual([]);
      expect(original.problems).toEqual([]);
    }, 120_000);

    if (site.deep) {
      const { path: deepPath, shows } = site.deep;
      test('opens the page in the link', async () => {
        await using preview = await openWindow(browser);
        await follow(preview.page, `${links.get(name) ?? ''}#/${deepPath}`);
        await waitForPageText(preview.page, shows);
        expect(await addressOf(preview.page)).toBe(`${base}${deepPath}`);
        expect(preview.problems).toEqual([]);
      }, 60_000);
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

test('a router built for the root of a host causes a warning with file and line', () => {
  expect(rooted).toMatch(
    /^::warning.*Build it with the folder of the preview as base .*\(\S+\.html:\d+\)%0AHelp: .*#preview-problem$/m,
  );
});

test('a site that works causes no warning', () => {
  for (const [name, log] of logs) {
    expect([name, log]).toEqual([name, expect.stringContaining('Preview: ')]);
    expect([name, log.match(/^::warning.*/gm)]).toEqual([name, null]);
  }
  expect(logs.size).toBe(names.length);
});
