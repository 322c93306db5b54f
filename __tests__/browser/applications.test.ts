import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'puppeteer-core';

import type { Platform } from '../../platform/platform.ts';
import { startRealPlatform } from '../../platform/real/index.ts';
import { browserNames } from '../../scripts/browsers.ts';
import { folderWith } from '../support/folder.ts';
import { warningsOf } from '../support/subject.ts';
import { builtFor, inlineApplication, isolatedSite, report, shells, withBasePath } from './applications.ts';
import { startBrowser } from './browsers.ts';
import { addressOf, follow, onlyFrame, openWindow, waitForPageText } from './browserWindow.ts';
import { baseOf, publishPreview } from './previews.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startRealPlatform();
});

afterAll(() => platform.stop());

describe.each(browserNames)('a preview in %s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(name);
  });

  afterAll(() => browser.close());

  const publish = async (destination: string, files: Readonly<Record<string, string>>) => {
    const run = await publishPreview(platform, folderWith(files), { destination });
    expect(warningsOf(run)).toEqual([]);
    return run.link;
  };

  test('works for a site that was built for its folder and links to it without a slash', async () => {
    const base = baseOf(`${name}/base`);
    const link = await publish(`${name}/base`, withBasePath(base));
    await using visitor = await openWindow(browser);
    const { page } = visitor;
    const shows = async (text: string, at: string) => {
      await waitForPageText(page, text);
      expect(await addressOf(page)).toBe(at);
    };
    const click = (text: string) => page.locator(`a ::-p-text(${text})`).click();
    await follow(page, link);
    await shows('Data of Home 200', base);
    await click('Guide');
    await shows('Data of Guide 200', `${base}guide`);
    await click('Home');
    await shows('Data of Home 200', base);
    await page.reload();
    await shows('Data of Home 200', base);
    await click('Guide');
    await shows('Data of Guide 200', `${base}guide`);
    await click('Start again');
    await shows('Data of Home 200', base);
    expect(visitor.problems).toEqual([]);
  });

  test('shows an application in a frame that inline imports start at the root of a host', async () => {
    const base = baseOf(`${name}/inline`);
    const link = await publish(`${name}/inline`, inlineApplication);
    await using visitor = await openWindow(browser);
    const { page } = visitor;
    await follow(page, link);
    await waitForPageText(page, 'Route /', onlyFrame);
    await onlyFrame(page).locator('a').click();
    await waitForPageText(page, 'Route /user/8', onlyFrame);
    expect(await addressOf(page)).toBe(`${base}user/8`);
    await page.reload();
    await waitForPageText(page, 'Route /user/8', onlyFrame);
    await follow(page, `${link}#/user/9`);
    await waitForPageText(page, 'Route /user/9', onlyFrame);
    expect(visitor.problems).toEqual([]);
  });

  test('shows a site that was built for another path, with its router, data, worker and frame', async () => {
    const base = baseOf(`${name}/project`);
    const link = await publish(`${name}/project`, builtFor('/my-project/'));
    await using visitor = await openWindow(browser);
    const { page } = visitor;
    const shows = async (path: string) => {
      await waitForPageText(page, `Route /my-project/${path}`, onlyFrame);
      await waitForPageText(page, 'data index 200 worker rgb(1, 2, 3)', onlyFrame);
      expect(await addressOf(page)).toBe(`${base}${path}`);
      const embedded = onlyFrame(page).waitForFunction(
        () =>
          document.querySelector('iframe')?.contentDocument?.querySelector('body')?.textContent ===
          'Embedded',
      );
      await expect(embedded).resolves.toBeDefined();
    };
    const click = (text: string) => onlyFrame(page).locator(`a ::-p-text(${text})`).click();
    await follow(page, link);
    await shows('');
    await click('Guide');
    await shows('guide');
    await page.reload();
    await shows('guide');
    await click('Home');
    await shows('');
    await page.evaluate(() => history.back());
    await shows('guide');
    await follow(page, `${link}#/guide`);
    await shows('guide');
    expect(visitor.problems).toEqual([]);
  });

  test.each(Object.keys(shells))('knows the page for all routes from %s', async (hint) => {
    const destination = `${name}/shell-${hint.length}`;
    const link = await publish(destination, shells[hint] ?? {});
    await using visitor = await openWindow(browser);
    const { page } = visitor;
    await follow(page, `${link}#/user/8`);
    await waitForPageText(page, 'Route user/8');
    expect(await addressOf(page)).toBe(`${baseOf(destination)}user/8`);
    await page.reload();
    await waitForPageText(page, 'Route user/8');
    await follow(page, `${link}#/help`);
    await waitForPageText(page, 'Help');
    expect(visitor.problems).toEqual([]);
  });

  test('opens a report without an index.html', async () => {
    const link = await publish(`${name}/report`, report);
    await using visitor = await openWindow(browser);
    await follow(visitor.page, link);
    await waitForPageText(visitor.page, 'All tests passed');
    expect(await addressOf(visitor.page)).toBe(`${baseOf(`${name}/report`)}report.html`);
    expect(visitor.problems).toEqual([]);
  });

  test('is cross-origin isolated if a service worker of the site did that', async () => {
    const link = await publish(`${name}/isolated`, isolatedSite);
    await using visitor = await openWindow(browser);
    await follow(visitor.page, link);
    await waitForPageText(visitor.page, 'page true worker true');
    expect(visitor.problems).toEqual([]);
  });
});
