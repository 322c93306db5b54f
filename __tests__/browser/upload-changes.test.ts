import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'puppeteer-core';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { browserNames } from '../../scripts/browsers.ts';
import { compareUploads } from '../../src/sync/uploadChanges.ts';
import { startBrowser } from './browsers.ts';
import { openStore, publishPage } from './publishedPage.ts';
import { clickRow, openIndex, textOf, waitForText } from './tabs.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
});

afterAll(() => platform.stop());

const upload = (name: string, content = name) => ({ name, content: () => Buffer.from(content) });

describe.each(browserNames)('the index page in %s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(name);
  });

  afterAll(() => browser.close());

  test('marks new and changed files with a word, counts those that are gone, and links to SHA256SUMS', async () => {
    const store = await openStore(platform);
    const size = 5;
    const earlier = {
      commit: 'c0ffee1234',
      files: new Map(['a.txt', 'b.txt', 'gone.txt'].map((file) => [file, { size, sha256: '1' }])),
    };
    const current = [
      { name: 'a.txt', size, sha256: '1', comparison: undefined },
      { name: 'b.txt', size, sha256: '2', comparison: undefined },
      { name: 'c.txt', size, sha256: '3', comparison: undefined },
    ];
    const sums = {
      name: 'SHA256SUMS',
      key: 'ci/changes/SHA256SUMS',
      url: store.url('ci/changes/SHA256SUMS'),
    };
    await store.put(sums.key, Buffer.from('sums'), 'text/plain');
    const url = await publishPage(
      store,
      'changes',
      current.map((file) => upload(file.name)),
      (page) => ({ ...page, checksums: sums, changes: compareUploads(earlier, current) }),
    );
    const { page, complaints } = await openIndex(browser, url);
    expect(await textOf(page, '#where')).toMatch(
      / · 3 files · 15 bytes · 1 new, 1 changed, 1 gone since c0ffee1 · SHA256SUMS$/,
    );
    const marks = await page.$$eval('.row[data-position]', (rows) =>
      rows.map((row) => row.querySelector('.change')?.textContent ?? ''),
    );
    expect(marks).toEqual(['', 'changed', 'new']);
    const link = await page.$eval('#where a', (anchor) => anchor.href);
    expect(await (await fetch(link)).text()).toBe('sums');
    await clickRow(page, 'b.txt');
    await waitForText(page, '#pane dl', /Change.*changed since c0ffee1/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('without a network says so in the pane, and shows the file when the network is back', async () => {
    const store = await openStore(platform);
    const uploads = [upload('a.txt', 'the text'), upload('b.txt')];
    const { page } = await openIndex(browser, await publishPage(store, 'offline', uploads));
    await page.setOfflineMode(true);
    await clickRow(page, 'a.txt');
    await waitForText(
      page,
      '#pane .content',
      'You are offline. The file appears here when the network is back.',
    );
    await page.setOfflineMode(false);
    await waitForText(page, '#pane .content', 'the text');
    await page.close();
  });
});
