import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { browserNames } from '../../scripts/browsers.ts';
import { startBrowser } from './browsers.ts';
import { openStore, publishPage } from './publishedPage.ts';
import { namesOf, openIndex, telephone, textOf, waitForFragment, waitForText } from './tabs.ts';

let platform: Platform;
let url: string;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  const names = [
    ...Array.from({ length: 70 }, (_, index) => `logs/entry-${index}.txt`),
    'docs/img/logo (1).png',
    'docs/index.html',
    'maps/öl & gas.txt',
  ];
  const uploads = names.map((name) => ({ name, content: () => Buffer.from(name) }));
  url = await publishPage(await openStore(platform), 'address', uploads);
});

afterAll(() => platform.stop());

const isClosed = (page: Page) => page.waitForSelector('#pane[hidden]');
const searchOf = (page: Page) => page.$eval('#search', (search) => (search as HTMLInputElement).value);

describe.each(browserNames)('the address of the index page in %s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(name);
  });

  afterAll(() => browser.close());

  test('names folder, search and file, and shows them again after a reload, in a new tab, and by Back and Forward', async () => {
    const { page, complaints } = await openIndex(browser, url);
    expect(await namesOf(page)).toEqual(['docs', 'logs', 'maps']);
    await page.focus('#table');
    await page.keyboard.press('ArrowRight');
    await waitForFragment(page, '#folder=docs');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await waitForFragment(page, '#folder=docs/img');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await waitForFragment(page, '#folder=docs/img&file=docs/img/logo%20%281%29.png');
    await page.reload();
    await waitForText(page, '#pane h2', 'logo (1).png');
    expect(await namesOf(page)).toEqual(['docs', 'img', 'logo (1).png', 'index.html', 'logs', 'maps']);
    expect(await textOf(page, '[aria-selected=true] .label')).toBe('logo (1).png');
    await page.focus('#table');
    await page.keyboard.press('Escape');
    await isClosed(page);
    await waitForFragment(page, '#folder=docs/img');
    await page.type('#search', '*.txt öl');
    await waitForFragment(page, '#folder=docs/img&search=*.txt%20%C3%B6l');
    await page.keyboard.press('Enter');
    await waitForText(page, '#pane pre', 'maps/öl & gas.txt');
    await waitForFragment(page, '#folder=docs/img&search=*.txt%20%C3%B6l&file=maps/%C3%B6l%20%26%20gas.txt');
    const copied = page.url();
    const other = await openIndex(browser, copied);
    await waitForText(other.page, '#pane pre', 'maps/öl & gas.txt');
    expect(await namesOf(other.page)).toEqual(['öl & gas.txt']);
    expect(other.complaints).toEqual([]);
    await other.page.close();
    await page.goBack();
    await isClosed(page);
    expect([await searchOf(page), await namesOf(page)]).toEqual(['*.txt öl', ['öl & gas.txt']]);
    await page.goBack();
    await waitForText(page, '#found', /^$/);
    expect([await searchOf(page), await namesOf(page)]).toEqual([
      '',
      ['docs', 'img', 'logo (1).png', 'index.html', 'logs', 'maps'],
    ]);
    await page.goForward();
    await waitForText(page, '#found', '1 file');
    await page.goForward();
    await waitForText(page, '#pane pre', 'maps/öl & gas.txt');
    expect(page.url()).toBe(copied);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('opens one folder from a link, and says that a file is gone', async () => {
    const { page } = await openIndex(browser, `${url}#folder=docs/img`);
    expect(await namesOf(page)).toEqual(['docs', 'img', 'logo (1).png', 'index.html', 'logs', 'maps']);
    expect(await textOf(page, '[aria-selected=true] .label')).toBe('img');
    await page.evaluate(() => (location.hash = '#file=docs/gone.txt'));
    await waitForText(page, '#toast', 'Not in this list: docs/gone.txt');
    await page.evaluate(() => (location.hash = '#search=type:page'));
    await waitForText(page, '#found', '1 file');
    expect(await namesOf(page)).toEqual(['index.html']);
    await page.close();
  });

  test('does not add an entry to the history for each file, also if the pane closes and opens at once', async () => {
    const { page } = await openIndex(browser, `${url}#search=entry&folder=logs`);
    const before = await page.evaluate(() => history.length);
    await page.focus('#table');
    for (let round = 0; round < 4; round += 1) {
      await page.evaluate(() => {
        for (const key of ['Enter', 'ArrowDown', 'Escape', 'Enter', 'ArrowDown'])
          document
            .querySelector('#table')
            ?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      });
      await waitForFragment(page, `#folder=logs&search=entry&file=logs/entry-${2 * round + 2}.txt`);
      await page.keyboard.press('Escape');
      await waitForFragment(page, '#folder=logs&search=entry');
      await isClosed(page);
    }
    expect(await page.evaluate(() => history.length)).toBe(before + 1);
    await page.close();
  });

  test('closes a file on a phone by Back, and by its button', async () => {
    const { page } = await openIndex(browser, `${url}#search=entry%201`, telephone);
    await page.click('.row .label');
    await waitForText(page, '#pane h2', 'entry-1.txt');
    await page.goBack();
    await isClosed(page);
    expect(await page.$eval('#main', (main) => (main as HTMLElement).inert)).toBe(false);
    await page.goForward();
    await waitForText(page, '#pane h2', 'entry-1.txt');
    expect(await page.$eval('#main', (main) => (main as HTMLElement).inert)).toBe(true);
    await page.click('#pane [aria-label^=Close]');
    await isClosed(page);
    await waitForFragment(page, '#search=entry%201');
    await page.close();
  });

  test('copies all links, or those of the search, one a line', async () => {
    const { page } = await openIndex(browser, url, undefined, (fresh) =>
      fresh.evaluateOnNewDocument(() => {
        Object.defineProperty(navigator, 'clipboard', {
          value: {
            writeText: (text: string) => {
              if (document.body.dataset['refuse'] !== undefined) return Promise.reject(new Error('no'));
              document.body.dataset['copied'] = text;
              return Promise.resolve();
            },
          },
        });
        Object.defineProperty(document, 'execCommand', { value: () => false });
      }),
    );
    const copied = () => page.$eval('body', (body) => body.dataset['copied']?.split('\n') ?? []);
    expect(await textOf(page, '#copy-links')).toBe('Copy all links');
    await page.click('#copy-links');
    await waitForText(page, '#toast', '73 links copied');
    expect(new Set(await copied()).size).toBe(73);
    await page.type('#search', 'type:image');
    await waitForText(page, '#copy-links', 'Copy 1 link');
    await page.click('#copy-links');
    await waitForText(page, '#toast', /^1 link copied/);
    const link = await page.$eval('.row a.label', (label) => label.href);
    expect(await copied()).toEqual([link]);
    await page.$eval('body', (body) => (body.dataset['refuse'] = ''));
    await page.click('#copy-links');
    await waitForText(page, '#toast', 'The browser did not allow copying the links');
    await page.type('#search', ' nothing');
    await page.waitForSelector('#copy-links[hidden]');
    await page.close();
  });

  test('moves to the name that is typed in the list', async () => {
    const { page } = await openIndex(browser, url);
    const active = () => textOf(page, '[aria-selected=true] .label');
    await page.focus('#table');
    await page.keyboard.press('m');
    expect(await active()).toBe('maps');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('L');
    expect(await active()).toBe('logs');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Home');
    // One call, so that a slow machine makes no pause between the letters.
    const type = (letters: string) =>
      page.evaluate((keys) => {
        for (const key of keys)
          document
            .querySelector('#table')
            ?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      }, letters);
    await type('entry-42');
    expect(await active()).toBe('entry-42.txt');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    // O opens a file. After another letter, it is part of a name.
    await type('logo');
    expect([await active(), (await browser.pages()).length]).toEqual(['logo (1).png', 2]);
    await page.close();
  });
});
