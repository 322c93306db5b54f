import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { browserNames } from '../../scripts/browsers.ts';
import { startBrowser } from './browsers.ts';
import { openStore, publishPage } from './publishedPage.ts';
import { clickRow, openIndex, rowsOf, waitForText } from './tabs.ts';

let platform: Platform;
let url: string;
let long: string;

const longName = `a folder with a long name/${'a long name '.repeat(12)}T31TCJ_B02.txt`;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  const uploads = Array.from({ length: 340 }, (_, index) => ({
    name: `file ${String(index).padStart(3, '0')}.txt`,
    content: () => Buffer.alloc(823, 'x'),
  }));
  const store = await openStore(platform);
  url = await publishPage(store, 'layout', uploads);
  long = await publishPage(store, 'long', [{ name: longName, content: () => Buffer.from('long') }]);
});

afterAll(() => platform.stop());

const rowCount = (page: Page) => page.$$eval('.row[data-position]', (rows) => rows.length);

describe.each(browserNames)('the layout of the index page in %s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(name);
  });

  afterAll(() => browser.close());

  // 320×256 is a window of 1280×1024 at 400 % (WCAG 1.4.10).
  test.each([
    [320, 256],
    [360, 300],
    [640, 360],
    [1280, 300],
  ])('reaches every row in a window of %d×%d', async (width, height) => {
    const { page, complaints } = await openIndex(browser, url, { width, height });
    expect((await rowsOf(page)).length).toBe(340);
    const seen = await page.evaluate(() => {
      const row = document.querySelector<HTMLElement>('.row[aria-rowindex="341"]');
      row?.scrollIntoView({ block: 'end' });
      const { x, y, width: wide, height: high, top, bottom } = row?.getBoundingClientRect() ?? new DOMRect();
      return {
        isWhole: top >= 0 && bottom <= innerHeight + 1,
        isOnTop: row?.contains(document.elementFromPoint(x + wide / 2, y + high / 2)),
        overflow: document.documentElement.scrollWidth - innerWidth,
      };
    });
    expect(seen).toEqual({ isWhole: true, isOnTop: true, overflow: expect.any(Number) });
    expect(seen.overflow).toBeLessThanOrEqual(0);
    await clickRow(page, 'file 339.txt');
    await page.waitForSelector('#pane pre');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('shows sizes and dates as a whole with the spacing of WCAG 1.4.12', async () => {
    const { page } = await openIndex(browser, url);
    const cut = await page.evaluate(() => {
      const spacing = { lineHeight: '1.5', letterSpacing: '0.12em', wordSpacing: '0.16em' };
      for (const element of document.querySelectorAll<HTMLElement>('#app *')) {
        for (const [property, value] of Object.entries(spacing))
          element.style.setProperty(property.replace(/[A-Z]/g, '-$&').toLowerCase(), value, 'important');
      }
      const cells = document.querySelectorAll('.cell.size, .cell.modified, .button, .titles button');
      return [...cells].filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent);
    });
    expect(cut).toEqual([]);
    await page.close();
  });

  // 844×390 is a phone in landscape.
  test.each([
    [844, 390],
    [390, 844],
    [1280, 800],
  ])('shows the ending of a long name in a window of %d×%d', async (width, height) => {
    const { page } = await openIndex(browser, `${long}#search=long&file=${encodeURIComponent(longName)}`, {
      width,
      height,
    });
    await waitForText(page, '#pane h2', longName.slice(longName.lastIndexOf('/') + 1));
    const seen = await page.evaluate(() => {
      const box = (selector: string) =>
        document.querySelector(selector)?.getBoundingClientRect() ?? new DOMRect();
      const [start, title] = [document.querySelector('.row .start'), document.querySelector('#pane h2')];
      return {
        isCut: start && start.scrollWidth > start.clientWidth,
        endsInside: box('.row .end').right <= box('.row .cell.name').right && box('.row .end').width > 50,
        isTitleWhole: title && title.scrollWidth <= title.clientWidth,
        hint: document.querySelector<HTMLElement>('.row')?.title,
      };
    });
    expect(seen).toEqual({ isCut: true, endsInside: true, isTitleWhole: true, hint: longName });
    const copied = await page.evaluate(() => {
      const label = document.querySelector('.row .label');
      if (label) getSelection()?.selectAllChildren(label);
      // Firefox gives scripts no clipboard for an event that a script made.
      let text = '';
      const event = new Event('copy', { bubbles: true, cancelable: true });
      const clipboardData = { setData: (_: string, given: string) => (text = given) };
      label?.dispatchEvent(Object.defineProperty(event, 'clipboardData', { value: clipboardData }));
      return text;
    });
    expect(copied).toBe(longName.slice(longName.lastIndexOf('/') + 1));
    await page.close();
  });

  test('keeps the focus in the pane, and opens a file whose row is scrolled away', async () => {
    const { page } = await openIndex(browser, url);
    await page.focus('#table');
    await page.keyboard.press('Enter');
    await page.focus('#pane [aria-label=Next]');
    await page.keyboard.press('Enter');
    await waitForText(page, '#pane h2', 'file 001.txt');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Next');
    const isLeftToTheBrowser = await page.evaluate(() => {
      const find = new KeyboardEvent('keydown', { key: 'f', ctrlKey: true, bubbles: true, cancelable: true });
      return document.activeElement?.dispatchEvent(find);
    });
    expect(isLeftToTheBrowser).toBe(true);
    await page.evaluate(() => {
      window.open = (link) => {
        document.body.dataset['opened'] = String(link);
        return null;
      };
    });
    const link = await page.$eval('[aria-selected=true] a.label', (label) => label.getAttribute('href'));
    await page.focus('#table');
    await page.$eval('#table', (table) => (table.scrollTop = 5_000));
    await page.waitForFunction(() => !document.querySelector('[aria-selected=true]'));
    await page.keyboard.press('O');
    expect(await page.$eval('body', (body) => body.dataset['opened'])).toBe(link);
    await page.close();
  });

  test('prints all rows', async () => {
    const { page } = await openIndex(browser, url);
    const before = await rowCount(page);
    await page.evaluate(() => {
      addEventListener('beforeprint', () => {
        const rows = document.querySelectorAll<HTMLElement>('.row[data-position]');
        document.body.dataset['printed'] = [...rows].map((row) => row.title).join();
      });
    });
    expect(before).toBeLessThan(100);
    const paper = await page.pdf();
    const printed = await page.$eval('body', (body) => body.dataset['printed']?.split(',') ?? []);
    expect([printed.length, printed[0], printed.at(-1)]).toEqual([340, 'file 000.txt', 'file 339.txt']);
    // A page has at most 60 rows.
    const pages =
      Buffer.from(paper)
        .toString('latin1')
        .match(/\/Type\s*\/Page\b/g)?.length ?? Infinity;
    expect(pages).toBeGreaterThanOrEqual(6);
    const isRestored = (count: number) => document.querySelectorAll('.row[data-position]').length === count;
    await page.waitForFunction(isRestored, {}, before);
    await page.close();
  });
});

describe.each(browserNames)('the index page in high contrast in %s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    // Firefox with its own colors for all pages is in this mode.
    browser = await startBrowser(name, { firefox: { 'browser.display.document_color_use': 2 } });
  });

  afterAll(() => browser.close());

  test('outlines the selected row, and more so with the focus', async () => {
    const { page } = await openIndex(browser, url, undefined, async (fresh) => {
      if (name !== 'chromium') return;
      const session = await fresh.createCDPSession();
      await session.send('Emulation.setEmulatedMedia', {
        features: [{ name: 'forced-colors', value: 'active' }],
      });
    });
    expect(await page.evaluate(() => matchMedia('(forced-colors: active)').matches)).toBe(true);
    const outlines = () =>
      page.$$eval('.row[data-position]', (rows) =>
        rows.slice(0, 3).map((row) => {
          const { outlineStyle, outlineWidth } = getComputedStyle(row);
          return outlineStyle === 'none' ? 'none' : outlineWidth;
        }),
      );
    expect(await outlines()).toEqual(['1px', 'none', 'none']);
    await page.focus('#table');
    await page.keyboard.press('ArrowDown');
    expect(await outlines()).toEqual(['none', '3px', 'none']);
    const colors = await page.evaluate(() => {
      const bar = document.querySelector('#life-bar');
      return bar && [getComputedStyle(bar).backgroundColor, getComputedStyle(document.body).backgroundColor];
    });
    expect(colors?.[0]).not.toBe(colors?.[1]);
    await page.close();
  });
});
