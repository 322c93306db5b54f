import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'puppeteer-core';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { browserNames } from '../../scripts/browsers.ts';
import { startBrowser } from './browsers.ts';
import { openStore, publishPage } from './publishedPage.ts';
import { clickRow, openIndex, textOf } from './tabs.ts';

let platform: Platform;
let url: string;

const text = (content: string) => () => Buffer.from(content);

/** Files by name. */
const files: Readonly<Record<string, () => Buffer>> = {
  'big.json': text('{"id":12345678901234567890,"__proto__":{"at":[1.10,2e400]}}'),
  'broken.json': text('{"a":1,}'),
};

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  const store = await openStore(platform);
  url = await publishPage(
    store,
    'viewers',
    Object.entries(files).map(([name, content]) => ({ name, content })),
  );
}, 120_000);

afterAll(() => platform.stop());

describe.each(browserNames)('the pane in %s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(name);
  }, 60_000);

  afterAll(() => browser.close());

  test('shows JSON with indentation, and keeps its numbers', async () => {
    const { page, complaints } = await openIndex(browser, url);
    await clickRow(page, 'big.json');
    await page.waitForSelector('.content[data-state=shown]');
    expect(await textOf(page, '.content')).toBe(
      '{\n  "id": 12345678901234567890,\n  "__proto__": {\n    "at": [1.10, 2e400]\n  }\n}',
    );
    await clickRow(page, 'broken.json');
    await page.waitForFunction(() => document.querySelector('h2')?.textContent === 'broken.json');
    await page.waitForSelector('.content[data-state=shown]');
    expect(await textOf(page, '.content')).toBe(
      '{"a":1,}This file is not valid JSON, so it is shown as it is.',
    );
    expect(complaints).toEqual([]);
    await page.close();
  }, 120_000);
});
