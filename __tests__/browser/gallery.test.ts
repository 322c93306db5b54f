import { readFileSync } from 'node:fs';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { browserNames } from '../../scripts/browsers.ts';
import { startBrowser } from './browsers.ts';
import { type OtherHost, startOtherHost } from './otherHost.ts';
import { openStore, publishPage } from './publishedPage.ts';
import { namesOf, openIndex, textOf, waitForFragment, waitForText } from './tabs.ts';

let platform: Platform;
let url: string;

let other: OtherHost;

/** The photos are from the encoders of Chromium, and the screenshots from Chromium itself. */
const made = (name: string) => readFileSync(path.join(import.meta.dirname, name));

function hostileDrawing(origin: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" onload="top.hacked = 1">
<script>top.hacked = 2</script><image href="${origin}/image"/><style>@import "${origin}/style";</style>
<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="${origin}/frame"/></foreignObject><rect width="40" height="20"/></svg>`;
}

const many = 3_000;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  other = await startOtherHost();
  const contents: Readonly<Record<string, Buffer>> = {
    'plots/a broken one.png': Buffer.from('no picture'),
    'plots/drawn.svg': Buffer.from(hostileDrawing(other.origin)),
    'plots/inner/screen.png': made('../../docs/pictures/index-phone.png'),
    'plots/notes.txt': Buffer.from('notes'),
    'plots/photo.jpg': made('files/gradient.jpg'),
    'plots/photo.webp': made('files/gradient.webp'),
    'text/1.txt': Buffer.from('1'),
  };
  const uploads = Object.entries(contents).map(([name, content]) => ({ name, content: () => content }));
  url = await publishPage(await openStore(platform), 'gallery', uploads, (all) => ({
    ...all,
    files: () => [
      ...Array.from({ length: many }, (_, index) => ({
        name: `many/picture ${String(index).padStart(4, '0')}.webp`,
        key: 'ci/gallery/plots/photo.webp',
        size: index === 1 ? 6 * 1024 ** 2 : 652,
        contentType: 'image/webp',
      })),
      ...Array.from({ length: many + 100 }, (_, index) => ({
        name: `rest/${index}.bin`,
        key: 'ci/gallery/plots/notes.txt',
        size: 5,
        contentType: 'application/octet-stream',
      })),
      ...all.files(),
    ],
  }));
});

afterAll(async () => {
  await other.close();
  await platform.stop();
});

/** The pictures of the gallery by their names: their width, or 0 for those that are not loaded. */
const widths = (page: Page) =>
  page.$$eval('#gallery [role=option]', (options) =>
    Object.fromEntries(
      options.map((option) => [
        option.getAttribute('aria-label') ?? '',
        option.querySelector('img')?.naturalWidth ?? -1,
      ]),
    ),
  );
const waitForPicture = (page: Page, name: string) =>
  page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll('#gallery img')].some(
        (one) => one instanceof HTMLImageElement && one.alt === wanted && one.naturalWidth > 0,
      ),
    {},
    name,
  );
const marked = (page: Page) =>
  page.$eval('#gallery', (gallery) => {
    const option = document.getElementById(gallery.getAttribute('aria-activedescendant') ?? '');
    return option?.ariaSelected === 'true' ? option.getAttribute('aria-label') : null;
  });
const focused = (page: Page) => page.evaluate(() => document.activeElement?.id);

describe.each(browserNames)('the gallery in %s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(name);
  });

  afterAll(() => browser.close());

  test('shows a folder of pictures by keys, keeps it in the address, and runs nothing in them', async () => {
    const { page, complaints } = await openIndex(browser, url);
    expect(await namesOf(page)).toEqual(['many', 'plots', 'rest', 'text']);
    const offers = await page.$$eval('.row', (rows) =>
      rows.map((row) => row.querySelector('[aria-label="Show as pictures"]') !== null),
    );
    expect([offers, (await page.$('#pictures[hidden]')) !== null]).toEqual([
      [true, true, false, false],
      true,
    ]);
    await page.focus('#table');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('o');
    await waitForFragment(page, '#pictures=plots/');
    for (const picture of ['drawn.svg', 'photo.jpg', 'photo.webp', 'screen.png'])
      await waitForPicture(page, picture);
    await page.waitForFunction(() => document.querySelectorAll('#gallery img').length === 4);
    expect(await widths(page)).toEqual({
      'a broken one.png': -1,
      'drawn.svg': 40,
      'photo.jpg': 96,
      'photo.webp': 96,
      'screen.png': 720,
    });
    expect([await focused(page), await textOf(page, '#found')]).toEqual([
      'gallery',
      expect.stringMatching(/^5 pictures in plots · /),
    ]);
    await page.keyboard.press('Home');
    expect(await marked(page)).toBe('a broken one.png');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await waitForText(page, '#pane h2', 'drawn.svg');
    await waitForFragment(page, '#pictures=plots/&file=plots/drawn.svg');
    await page.reload();
    await page.waitForSelector('#pane [data-state=shown] img');
    await waitForPicture(page, 'photo.jpg');
    expect([await marked(page), await textOf(page, '#pane h2')]).toEqual(['drawn.svg', 'drawn.svg']);
    await page.click('#pane [aria-label=Next]');
    await waitForText(page, '#pane h2', 'screen.png');
    expect(await marked(page)).toBe('screen.png');
    await page.focus('#gallery');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#pane[hidden]');
    expect(await focused(page)).toBe('gallery');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#gallery[hidden]');
    expect([await focused(page), await textOf(page, '[aria-selected=true] .label')]).toEqual([
      'table',
      'screen.png',
    ]);
    expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
    expect([complaints, other.requests]).toEqual([[], []]);
    await page.close();
  });

  test('shows what a search finds, opens it by a click, and goes back to the list', async () => {
    const { page } = await openIndex(browser, url);
    await page.type('#search', 'photo');
    await waitForText(page, '#found', /^2 files/);
    await page.click('#pictures');
    await waitForFragment(page, '#search=photo&pictures');
    await waitForPicture(page, 'photo.webp');
    expect(await textOf(page, '#download')).toMatch(/^Download 2 files/);
    await page.click('#gallery [aria-label="photo.jpg"]');
    await waitForText(page, '#pane h2', 'photo.jpg');
    await page.goBack();
    await page.waitForSelector('#pane[hidden]');
    await page.goBack();
    await page.waitForSelector('#gallery[hidden]');
    expect(await namesOf(page)).toEqual(['photo.jpg', 'photo.webp']);
    await page.goForward();
    await page.waitForSelector('#gallery:not([hidden])');
    await page.click('#pictures');
    await page.waitForSelector('#gallery[hidden]');
    expect(await textOf(page, '#pictures')).toBe('Show as pictures');
    await page.close();
  });

  test('holds only the pictures around the screen, and moves in lines and pages', async () => {
    const { page } = await openIndex(browser, `${url}#pictures=many/`);
    const loaded = () => page.$$eval('#gallery img[src]', (pictures) => pictures.length);
    await waitForPicture(page, 'picture 0002.webp');
    const all = Object.keys(await widths(page));
    expect([all.length, all[1]]).toEqual([many, 'picture 0001.webp, 6.0 MiB']);
    await page.focus('#gallery');
    const columns = await page.$$eval('#gallery > div', (options) => {
      const [first] = options;
      return options.filter((one) => (one as HTMLElement).offsetTop === (first as HTMLElement).offsetTop)
        .length;
    });
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    expect([columns > 3, await marked(page)]).toEqual([true, all[columns]]);
    await page.keyboard.press('PageDown');
    expect(all.indexOf((await marked(page)) ?? '') % columns).toBe(0);
    await page.keyboard.press('End');
    const last = `picture ${many - 1}.webp`;
    await waitForPicture(page, last);
    await page.waitForFunction(() => !document.querySelector('#gallery img')?.hasAttribute('src'));
    expect([await marked(page), (await loaded()) < 200]).toEqual([last, true]);
    const isSeen = await page.$eval('#gallery', (gallery) => {
      const option = document.getElementById(gallery.getAttribute('aria-activedescendant') ?? '');
      const [box, around] = [option?.getBoundingClientRect(), gallery.getBoundingClientRect()];
      return box !== undefined && box.top >= around.top && box.bottom <= around.bottom;
    });
    expect(isSeen).toBe(true);
    await page.close();
  });
});
