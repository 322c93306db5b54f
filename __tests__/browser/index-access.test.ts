import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type * as Axe from 'axe-core';
import type { Browser, Page } from 'puppeteer-core';

import { landCover } from '../../demo/raster.ts';
import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { browserNames } from '../../scripts/browsers.ts';
import type { PublishedFile } from '../../src/links/manifest.ts';
import { startBrowser } from './browsers.ts';
import { type PageStore, openStore, publishPage } from './publishedPage.ts';
import { clickRow, desk, openIndex, telephone, textOf, waitForText } from './tabs.ts';

let platform: Platform;
let store: PageStore;
let url: string;
let expired: string;

/** A file for each viewer. */
const kinds: Readonly<Record<string, Buffer>> = {
  'log.log': Buffer.from('\u001b[31mred\u001b[0m and \u001b[1;44mblue\u001b[0m'),
  'notebook.ipynb': readFileSync(new URL('files/analysis.ipynb', import.meta.url)),
  'page.html': Buffer.from('<!doctype html><html lang="en"><title>Report</title><h1>Report</h1>'),
  'printed.pdf': Buffer.from('%PDF-1.4'),
  'table.csv': Buffer.from('name,size\na,1\n'),
  'text.md': Buffer.from(
    '# Title\n\n- [x] done\n\n> quote\n\n| a |\n|---|\n| 1 |\n\n[link](table.csv) `code`',
  ),
  'zip.zip': readFileSync(new URL('files/small.zip', import.meta.url)),
};

const names = ['docs/a.html', 'docs/b.md', 'readme.txt', 'map.png', 'data.json', 'film.bin'];

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  store = await openStore(platform);
  const uploads = names.map((name) => ({
    name,
    content: () => (name.endsWith('.png') ? landCover(32, 1) : Buffer.from('{"key": "value"}')),
  }));
  for (const [name, content] of Object.entries(kinds))
    uploads.push({ name: `kinds/${name}`, content: () => content });
  const gone: PublishedFile = {
    name: 'gone.txt',
    key: 'ci/access/gone.txt',
    size: 9,
    contentType: 'text/plain',
  };
  url = await publishPage(store, 'access', uploads, (all) => ({
    ...all,
    files: () => [...all.files(), gone],
  }));
  expired = await publishPage(store, 'expired', uploads, (all) => ({
    ...all,
    links: all.links && { ...all.links, expiresAt: Date.now() - 1 },
  }));
});

afterAll(() => platform.stop());

/** Records what screen readers hear. Runs in the page, before its own scripts. */
function recordSpeech(): void {
  const heard: string[] = [];
  Object.assign(globalThis, { heard });
  new MutationObserver((changes) => {
    for (const { target } of changes)
      if (target instanceof Element && target.id === 'spoken') heard.push(target.textContent);
  }).observe(document, { subtree: true, childList: true });
}

const waitToHear = (page: Page, text: string) =>
  page.waitForFunction(
    (wanted) => (globalThis as unknown as { heard: string[] }).heard.some((one) => one.startsWith(wanted)),
    {},
    text,
  );

const keysOf = (page: Page, selector: string) =>
  page.$eval(selector, (element) => element.getAttribute('aria-keyshortcuts'));

describe.each(browserNames)('keyboard and screen readers on the index page in %s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(name);
  });

  afterAll(() => browser.close());

  test('hear the expiry by the right clock, and what the pane does', async () => {
    const { page } = await openIndex(browser, url, undefined, async (fresh) => {
      await fresh.evaluateOnNewDocument(recordSpeech);
      await fresh.evaluateOnNewDocument(() => {
        const now = Date.now.bind(Date);
        Date.now = () => now() - 2 * 3_600_000;
      });
    });
    await waitToHear(page, 'Links work for another ');
    const heard = await page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
    expect(heard.filter((text) => text.includes(' h '))).toEqual([]);
    for (const [file, text] of [
      ['readme.txt', 'readme.txt: shown'],
      ['map.png', 'map.png: shown'],
      ['gone.txt', 'gone.txt: The storage rejects the request (404).'],
      ['film.bin', 'film.bin: This file type cannot be shown here.'],
    ] as const) {
      await clickRow(page, file);
      await waitToHear(page, text);
    }
    await page.close();
  });

  test('find all keys in the help, and can turn the shortcuts off', async () => {
    const { page, complaints } = await openIndex(browser, url);
    const focused = () => page.evaluate(() => document.activeElement?.id);
    expect([await keysOf(page, '#search'), await keysOf(page, '#table')]).toEqual([
      '/ Control+F',
      'Enter O C',
    ]);
    await page.focus('#table');
    await page.keyboard.press('?');
    await page.waitForSelector('#help[open]');
    await page.focus('#shortcuts');
    await page.keyboard.press(' ');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#help:not([open])');
    expect(await focused()).toBe('table');
    expect([await keysOf(page, '#search'), await keysOf(page, '#table')]).toEqual(['Control+F', 'Enter']);
    await page.keyboard.press('/');
    await page.keyboard.press('?');
    expect(await focused()).toBe('table');
    expect(await page.$('#help[open]')).toBeNull();
    await page.reload();
    await page.waitForSelector('#app:not([hidden])');
    expect(await keysOf(page, '#search')).toBe('Control+F');
    await page.click('#help-open');
    await page.click('#shortcuts');
    await page.click('#help-close');
    await page.focus('#table');
    await page.keyboard.press('/');
    expect(await focused()).toBe('search');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('reach 400,000 rows by keys, wheel and scroll bar', async () => {
    const count = 400_000;
    const big = await publishPage(store, 'big', [], (all) => ({
      ...all,
      links: undefined,
      fileCount: count,
      totalBytes: 0,
      files: function* () {
        for (let file = 0; file < count; file += 1)
          yield { name: String(file), key: `ci/big/${file}`, size: 0, contentType: 'text/plain' };
      },
    }));
    const { page, complaints } = await openIndex(browser, big);
    const active = () => textOf(page, '[aria-selected=true] .label');
    /** The rows that the reader sees, below the header. */
    const seen = () =>
      page.$$eval('.row[data-position]', (rows) => {
        const [top = 0, bottom = 0] = ['#head', '#table'].map(
          (part) => document.querySelector(part)?.getBoundingClientRect().bottom,
        );
        return rows
          .map(
            (row) => [row.getBoundingClientRect(), Number(row.querySelector('.label')?.textContent)] as const,
          )
          .filter(([box]) => box.top >= top - 1 && box.bottom <= bottom + 1)
          .map(([, number]) => number)
          .sort((a, b) => a - b);
      });
    const first = async () => (await seen())[0] ?? NaN;
    const waitForRow = (row: number) =>
      page.waitForFunction(
        (wanted) => document.querySelector(`.row[data-position="${wanted}"]`) !== null,
        {},
        row,
      );
    await page.focus('#table');
    await page.keyboard.press('End');
    expect([await active(), (await seen()).at(-1)]).toEqual([String(count - 1), count - 1]);
    await page.keyboard.press('PageUp');
    await page.keyboard.press('ArrowUp');
    expect(await seen()).toContain(Number(await active()));
    await page.keyboard.press('Home');
    expect([await active(), await first()]).toEqual(['0', 0]);
    await page.$eval('#table', (table) => (table.scrollTop = table.scrollHeight / 2));
    await page.waitForFunction(
      () => Number(document.querySelector('.row[data-position]:last-child .label')?.textContent) > 190_000,
    );
    const middle = await first();
    expect(Math.abs(middle - count / 2)).toBeLessThan(count / 50);
    const { x, y } = await page.$eval('#table', (table) => table.getBoundingClientRect().toJSON() as DOMRect);
    await page.mouse.move(x + 200, y + 200);
    await page.mouse.wheel({ deltaY: 320 });
    await page.waitForFunction(
      (before) => {
        const rows = [...document.querySelectorAll('.row[data-position] .label')];
        return Math.min(...rows.map((row) => Number(row.textContent))) > before - 10;
      },
      {},
      middle,
    );
    expect((await first()) - middle).toBeGreaterThan(0);
    expect((await first()) - middle).toBeLessThan(40);
    await page.$eval('#table', (table) => (table.scrollTop = table.scrollHeight));
    await waitForRow(count - 1);
    expect((await seen()).at(-1)).toBe(count - 1);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds: rule, and the elements that break it. */
async function violationsOf(page: Page, rules?: readonly string[]): Promise<string[]> {
  return page.evaluate(async (only) => {
    const { run } = (globalThis as unknown as { axe: typeof Axe }).axe;
    const { violations, passes } = await run(document, {
      resultTypes: ['violations'],
      // Frames show documents of others.
      iframes: false,
      ...(only && { runOnly: { type: 'rule', values: [...only] } }),
    });
    if (passes.length === 0) return ['axe has looked at nothing'];
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    );
  }, rules);
}

/** Each state of the page, and how a reader comes to it from the one before. */
const states: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  list: (page) => page.waitForSelector('.row'),
  'a closed folder': async (page) => {
    await page.evaluate(() => (location.hash = '#folders=none'));
    await page.waitForSelector('.row[aria-expanded=false]');
  },
  'a text': async (page) => {
    await page.evaluate(() => (location.hash = '#folders=none&file=readme.txt'));
    await page.waitForSelector('#pane [data-state=shown] pre');
  },
  'a picture': async (page) => {
    await page.click('#pane [aria-label=Previous]');
    await waitForText(page, '#pane h2', 'map.png');
    await page.waitForSelector('#pane [data-state=shown] img');
  },
  JSON: async (page) => {
    await page.evaluate(() => (location.hash = '#file=data.json'));
    await page.waitForSelector('#pane [data-state=shown] pre');
  },
  ...Object.fromEntries(
    Object.keys(kinds).map((file) => [
      file,
      async (page: Page) => {
        await page.evaluate((wanted) => (location.hash = `#file=kinds/${wanted}`), file);
        await waitForText(page, '#pane h2', file);
        await page.waitForSelector('#pane .content[data-state=shown]');
      },
    ]),
  ),
  pictures: async (page) => {
    await page.evaluate(() => (location.hash = '#pictures'));
    await page.waitForFunction(() => document.querySelector<HTMLImageElement>('#gallery img')?.naturalWidth);
  },
  'a picture beside the pictures': async (page) => {
    await page.evaluate(() => (location.hash = '#pictures&file=map.png'));
    await page.waitForSelector('#pane [data-state=shown] img');
  },
  'a failed file': async (page) => {
    await page.evaluate(() => (location.hash = '#file=gone.txt'));
    await page.waitForSelector('#pane [data-state=failed]');
  },
  'a search': async (page) => {
    await page.evaluate(() => (location.hash = '#search=type:text'));
    await waitForText(page, '#found', /file/);
  },
  'a search without results': async (page) => {
    await page.evaluate(() => (location.hash = '#search=nothing'));
    await page.waitForSelector('#nothing:not([hidden])');
  },
  'the help': async (page) => {
    await page.click('#help-open');
    await page.waitForSelector('#help[open]');
  },
  'a running download': async (page) => {
    await page.click('#help-close');
    await page.evaluate(() => (location.hash = '#search='));
    await page.waitForSelector('#download:not([hidden])');
    await page.click('#download');
    await page.waitForSelector('#job progress');
  },
};

/** Keeps downloads of "Download all" running until they are canceled. Runs in the page, before its own scripts. */
function holdDownloads(): void {
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) =>
    document.querySelector('#job progress') || document.querySelector('#download[aria-disabled=true]')
      ? new Promise((_, reject) => {
          const cancel = () => reject(new DOMException('canceled', 'AbortError'));
          if (init?.signal?.aborted) cancel();
          else init?.signal?.addEventListener('abort', cancel);
        })
      : fetch(input, init);
}

describe.each(browserNames)('axe finds nothing on the index page in %s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(name);
  });

  afterAll(() => browser.close());

  const windows = { desktop: desk, phone: telephone, '400 %': { width: 320, height: 256 } };
  test.each(name === 'chromium' ? Object.keys(windows) : ['desktop'])('in all states, %s', async (place) => {
    const found: Record<string, readonly string[]> = {};
    const { page } = await openIndex(browser, url, windows[place as keyof typeof windows], (fresh) =>
      fresh.evaluateOnNewDocument(holdDownloads),
    );
    const examine = async (state: string): Promise<void> => {
      const both = await violationsOf(page);
      if (name === 'chromium') {
        // Puppeteer can set the color scheme in Chromium only.
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
        both.push(...(await violationsOf(page, ['color-contrast'])).map((one) => `dark ${one}`));
        await page.emulateMediaFeatures([]);
      }
      if (both.length > 0) found[state] = both;
    };
    await page.evaluate(axe);
    for (const [state, reach] of Object.entries(states)) {
      await reach(page);
      await examine(state);
    }
    await page.click('#job button');
    await page.waitForSelector('#job[hidden]');
    await page.goto(expired);
    await page.waitForSelector('#app:not([hidden])');
    await page.evaluate(axe);
    await page.click('.row[data-position="1"] .label');
    await waitForText(page, '#pane .content', 'The link has expired');
    await examine('expired links');
    expect(found).toEqual({});
    await page.close();
  });
});
