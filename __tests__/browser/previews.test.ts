import { readFileSync, readdirSync } from 'node:fs';
import { type IncomingHttpHeaders, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';

import type { Platform } from '../../platform/platform.ts';
import { startRealPlatform } from '../../platform/real/index.ts';
import { browserNames } from '../../scripts/browsers.ts';
import { folderWith } from '../support/folder.ts';
import { breakStorage } from '../support/faultyServer.ts';
import { putObjects } from '../support/putObjects.ts';
import { errorOf, runSubject, urlsOf } from '../support/subject.ts';
import { startBrowser } from './browsers.ts';
import { baseOf, publishPreview } from './previews.ts';
import { encodedPages, encodedTexts } from './encodedPages.ts';
import { openStore } from './publishedPage.ts';
import { follow, onlyFrame, openTab, addressOf, openWindow, waitForPageText } from './browserWindow.ts';
import { rooted, router, resourceSite, resourceResults } from './resourceSite.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startRealPlatform();
});

afterAll(() => platform.stop());

const html = (title: string, body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,"></head><body>${body}</body></html>`;

/** A site that shows the version of its page, and after a click the version of a part. */
const versioned = (version: string) => ({
  'index.html': html(
    version,
    `<p>Page of ${version}</p><button>Load</button><script>
const seen = JSON.parse(sessionStorage.getItem('seen') ?? '[]');
document.querySelector('button').addEventListener('click', async () => {
  const answer = await fetch('part.txt');
  seen.push(answer.ok ? 'page of ${version}, part of ' + await answer.text() : 'page of ${version}, no part: ' + answer.status);
  sessionStorage.setItem('seen', JSON.stringify(seen));
});
</script>`,
  ),
  'part.txt': version,
});

/** A page with a link to save, and a button whose script makes one as the compilers of frameworks write it. */
const savingPage = html(
  'Save',
  `<a href="a%20b.txt" download="saved.txt">Save</a> <button>Make</button><script>
const make = (tag, attributes) => Object.assign(document.createElement(tag), attributes);
document.querySelector('button').addEventListener('click', () => {
  const rest = { href: \`data.csv\`, [\`down\` + \`load\`]: \`made.csv\` };
  make('a', rest).click();
});
</script>`,
);

const seenIn = (page: Page) =>
  page.evaluate(() => JSON.parse(sessionStorage.getItem('seen') ?? '[]') as string[]);
const sawPart = (part: string) => (sessionStorage.getItem('seen') ?? '').includes(part);
const statusOf = (page: Page) =>
  page.evaluate(
    () => (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming).responseStatus,
  );
const click = (page: Page, text: string) => page.locator(`a ::-p-text(${text})`).click();
/** Clicks the button at once. A locator waits until the button is stable, which never happens in a page that is replaced. */
const press = (page: Page) =>
  page
    .evaluate(() => document.querySelector('button')?.click())
    .catch((error: unknown) => {
      if (!/context|realm|navigat|frame|detached/i.test(String(error))) throw error;
    });
const publish = (destination: string, files: Readonly<Record<string, string | Buffer>>) =>
  publishPreview(platform, folderWith(files), { destination });

describe.each(browserNames)('a preview in %s', (name) => {
  let browser: Browser;
  const downloads = folderWith({});

  beforeAll(async () => {
    browser = await startBrowser(name, {
      firefox: { 'browser.download.folderList': 2, 'browser.download.dir': downloads },
    });
  });

  afterAll(() => browser.close());

  test('loads everything that a page can load', async () => {
    const { link } = await publish(`${name}/resources`, resourceSite);
    await using visitor = await openWindow(browser);
    await follow(visitor.page, link);
    await waitForPageText(visitor.page, 'All is checked');
    expect(await visitor.page.evaluate(() => Reflect.get(window, 'results') as unknown)).toEqual(
      resourceResults,
    );
  });

  test('follows links, and answers 404 for missing pages', async () => {
    const { link } = await publish(`${name}/links`, { ...resourceSite, 'main.js': '' });
    const base = baseOf(`${name}/links`);
    await using visitor = await openWindow(browser);
    const { page } = visitor;
    await follow(page, link);
    await waitForPageText(page, 'Workshop');
    expect(await addressOf(page)).toBe(base);
    await click(page, 'Papers');
    await waitForPageText(page, 'All papers');
    expect(await addressOf(page)).toBe(`${base}docs/`);
    await click(page, 'About');
    await waitForPageText(page, 'About it');
    expect([await addressOf(page), await statusOf(page)]).toEqual([`${base}about`, 200]);
    await page.evaluate(() => history.go(-2));
    await waitForPageText(page, 'Workshop');
    await click(page, 'Part');
    await waitForPageText(page, 'About it');
    expect(await addressOf(page)).toBe(`${base}about?x=1#part`);
    await page.evaluate(() => history.back());
    await waitForPageText(page, 'Workshop');
    expect(visitor.problems).toEqual([]);
    await click(page, 'Nothing');
    await waitForPageText(page, 'Lost here');
    expect([await addressOf(page), await statusOf(page)]).toEqual([`${base}none`, 404]);
  });

  test('opens the page in the link, with its query and fragment', async () => {
    const { link } = await publish(`${name}/deep`, { ...resourceSite, 'main.js': '' });
    await using visitor = await openWindow(browser);
    await follow(visitor.page, `${link}#/about?x=1#part`);
    await waitForPageText(visitor.page, 'This part');
    expect(await addressOf(visitor.page)).toBe(`${baseOf(`${name}/deep`)}about?x=1#part`);
    await follow(visitor.page, `${link}#/docs`);
    await waitForPageText(visitor.page, 'All papers');
    expect(await addressOf(visitor.page)).toBe(`${baseOf(`${name}/deep`)}docs/`);
    await follow(visitor.page, `${link}#part`);
    await waitForPageText(visitor.page, 'Workshop');
    expect(await addressOf(visitor.page)).toBe(`${baseOf(`${name}/deep`)}#part`);
    expect(visitor.problems).toEqual([]);
  });

  test('saves files with the names in their links, also if a script makes the link', async () => {
    const files = { 'index.html': savingPage, 'a b.txt': 'space', 'data.csv': 'made' };
    const { link } = await publish(`${name}/download`, files);
    await using visitor = await openWindow(browser);
    const { page, context } = visitor;
    if (name === 'chromium') {
      const session = await browser.target().createCDPSession();
      await session.send('Browser.setDownloadBehavior', {
        behavior: 'allow',
        downloadPath: downloads,
        ...(context.id !== undefined && { browserContextId: context.id }),
      });
    }
    await follow(page, link);
    await waitForPageText(page, 'Save');
    const saved = async (...names: string[]) => {
      const deadline = Date.now() + 120_000;
      // During a download, a partial file exists beside it.
      while (readdirSync(downloads).sort().join() !== names.join() && Date.now() < deadline) await sleep(50);
      expect(readdirSync(downloads).sort()).toEqual(names);
    };
    await click(page, 'Save');
    await saved('saved.txt');
    await press(page);
    await saved('made.csv', 'saved.txt');
    expect(readFileSync(path.join(downloads, 'saved.txt'), 'utf8')).toBe('space');
    expect(readFileSync(path.join(downloads, 'made.csv'), 'utf8')).toBe('made');
  });

  test('shows pages in their own encoding, and XHTML, in the preview and by plain links', async () => {
    const destination = `${name}/encodings`;
    const run = await publish(destination, encodedPages);
    const links = urlsOf(run);
    await using visitor = await openWindow(browser);
    const { page } = visitor;
    await follow(page, run.link);
    await waitForPageText(page, 'All encodings');
    for (const [file, text] of Object.entries(encodedTexts)) {
      await follow(page, `${run.link}#/${file}`);
      await waitForPageText(page, text);
      await click(page, 'Home');
      await waitForPageText(page, 'All encodings');
      expect(await addressOf(page)).toBe(`${baseOf(destination)}index.html`);
      await follow(page, links[file] ?? '');
      await waitForPageText(page, text);
    }
    expect(visitor.problems).toEqual([]);
  });

  test('works for a site that was built for the root of a host', async () => {
    const { link } = await publish(`${name}/rooted`, rooted);
    const base = baseOf(`${name}/rooted`);
    await using visitor = await openWindow(browser);
    const { page } = visitor;
    await follow(page, link);
    await waitForPageText(page, 'late worker late 42 22px');
    await page.waitForFunction(() => {
      const frames = [...document.querySelectorAll('iframe')].map((frame) => frame.contentDocument?.body);
      return frames.map((body) => body?.textContent).join() === 'All papersHome,embedded';
    });
    await page.waitForFunction(
      () => document.querySelector('object')?.contentDocument?.documentElement.localName === 'svg',
    );
    await click(page, 'Papers');
    await waitForPageText(page, 'All papers');
    expect(await addressOf(page)).toBe(`${base}docs/`);
    await click(page, 'Home');
    await waitForPageText(page, 'late worker late 42 22px');
    expect(await addressOf(page)).toBe(base);
    await page.locator('#send').click();
    await waitForPageText(page, 'Found');
    expect(await addressOf(page)).toBe(`${base}search?q=tide`);
    await page.evaluate(() => history.back());
    await waitForPageText(page, 'late worker late 42 22px');
    await page.locator('body > button').click();
    await waitForPageText(page, 'All papers');
    expect(await addressOf(page)).toBe(`${base}docs/`);
    expect(visitor.problems).toEqual([]);
  });

  test('gives the router of a site the paths of the root of a host', async () => {
    const { link } = await publish(`${name}/router`, router);
    const base = baseOf(`${name}/router`);
    await using visitor = await openWindow(browser);
    const { page } = visitor;
    const shows = async (text: string, at: string) => {
      await waitForPageText(page, text, onlyFrame);
      expect([await addressOf(page), await addressOf(onlyFrame(page))]).toEqual([`${base}${at}`, `/${at}`]);
    };
    const tap = (text: string) => onlyFrame(page).locator(`a ::-p-text(${text})`).click();
    await follow(page, link);
    await shows('Route /, start null, 404', '');
    await page.waitForFunction(() => document.title === 'At /');
    await tap('To A');
    await shows('Route /a, click {"to":"/a"}, 404', 'a');
    await tap('To B');
    await shows('Route /b?x=1#part, click {"to":"/b?x=1#part"}, 404', 'b?x=1#part');
    await page.evaluate(() => history.back());
    await shows('Route /a, popstate {"to":"/a"}, 404', 'a');
    await tap('To part');
    await page.waitForFunction(() => location.hash === '#part');
    await page.evaluate(() => history.back());
    await page.waitForFunction(() => location.hash === '');
    await shows('Route /a, popstate {"to":"/a"}, 404', 'a');
    await page.reload();
    await shows('Route /a, start {"to":"/a"}, 404', 'a');
    await page.evaluate(() => history.back());
    await shows('Route /, popstate null, 404', '');
    // Links to a new tab and scripts leave the router.
    await tap('To a new tab');
    const tab = await browser.waitForTarget((target) => target.url().endsWith(`${base}docs/`));
    const opened = await tab.page();
    if (!opened) throw new Error('The link opened no tab.');
    await waitForPageText(opened, 'All docs', onlyFrame);
    await opened.close();
    await onlyFrame(page).locator('button').click();
    await waitForPageText(page, 'All docs', onlyFrame);
    expect(await addressOf(page)).toBe(`${base}docs/?y=2`);
    await tap('To A');
    await shows('Route /a, start null, 404', 'a');
    await onlyFrame(page)
      .evaluate(() => {
        document.body.textContent = 'Loads again';
        location.reload();
      })
      .catch(() => undefined);
    await shows('Route /a, start null, 404', 'a');
    expect(visitor.problems.filter((problem) => !problem.includes('/data/none.json'))).toEqual([]);
  });

  test('works beside another preview, and no page mixes old and new files after a second push', async () => {
    const first = await publish(`${name}/pr-7`, versioned('7a'));
    const other = await publish(`${name}/pr-8`, versioned('8a'));
    await using visitor = await openWindow(browser);
    const { page, context } = visitor;
    await follow(page, first.link);
    await waitForPageText(page, 'Page of 7a');
    const { page: beside } = await openTab(context);
    await follow(beside, other.link);
    await waitForPageText(beside, 'Page of 8a');
    await beside.evaluate(() => Reflect.set(window, 'mark', 'still here'));

    const second = await publish(`${name}/pr-7`, versioned('7b'));
    await page.bringToFront();
    await press(page);
    await waitForPageText(page, 'Page of 7b');
    await press(page);
    await page.waitForFunction(sawPart, { polling: 50 }, 'part of 7b');
    // A browser may find the new version by itself and show it before the first click.
    const seen = new Set(await seenIn(page));
    seen.delete('page of 7a, no part: 503');
    expect([...seen]).toEqual(['page of 7b, part of 7b']);

    await beside.bringToFront();
    await press(beside);
    await beside.waitForFunction(sawPart, { polling: 50 }, 'part of 8a');
    expect(await seenIn(beside)).toEqual(['page of 8a, part of 8a']);
    expect(await beside.evaluate(() => Reflect.get(window, 'mark') as unknown)).toBe('still here');

    const { page: late } = await openTab(context);
    for (const { link } of [first, second]) {
      await follow(late, link);
      await waitForPageText(late, 'Page of 7b');
      expect(await statusOf(late)).toBe(200);
    }
  });

  test('says that a new version is being published, and then shows it', async () => {
    const destination = `${name}/pr-9`;
    const { link } = await publish(destination, versioned('9a'));
    await using visitor = await openWindow(browser);
    const { page } = visitor;
    await follow(page, link);
    await waitForPageText(page, 'Page of 9a');
    await putObjects(platform, { [`ci/${destination}/index.html`]: versioned('9b')['index.html'] });
    await page.reload();
    await waitForPageText(page, 'A new version is being published');
    expect(await statusOf(page)).toBe(503);
    await publish(destination, versioned('9b'));
    await waitForPageText(page, 'Page of 9b');
    expect(await statusOf(page)).toBe(200);
  });

  test('says that its links have expired, when, and what to do, and works again with new links', async () => {
    const destination = `${name}/ended`;
    const folder = folderWith(versioned('1'));
    const env = {
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: 'octo/site',
      GITHUB_RUN_ID: '9001',
      GITHUB_RUN_NUMBER: '12',
    };
    platform.terrapi.sessionSeconds = 20;
    const { link, outputs } = await publishPreview(platform, folder, { destination }, { env }).finally(
      () => (platform.terrapi.sessionSeconds = 900),
    );
    await using visitor = await openWindow(browser);
    const { page } = visitor;
    await follow(page, link);
    await waitForPageText(page, 'Page of 1');
    while ((await fetch(link)).status === 200) await sleep(500);
    const ended = `${(outputs['expires-at'] ?? '').slice(0, 19).replace('T', ' ')} UTC`;
    for (const open of [() => page.reload(), () => follow(page, link)]) {
      await open();
      await waitForPageText(page, 'The links of this preview have expired');
      await waitForPageText(page, ended);
      await waitForPageText(page, 'run the workflow that published it');
      await waitForPageText(
        page,
        'copy its link from the comment or the job summary, not from the address bar',
      );
      expect(await statusOf(page)).toBe(410);
    }
    expect(await page.$eval('main a', (anchor) => anchor.href)).toBe(
      'https://github.example/octo/site/actions/runs/9001',
    );
    const renewed = await publishPreview(platform, folder, { destination }, { action: 'links' });
    await follow(page, renewed.link);
    await waitForPageText(page, 'Page of 1');
    expect(await addressOf(page)).toBe(baseOf(destination));
    await page.reload();
    await waitForPageText(page, 'Page of 1');
  });

  test('works with platform links to another host', async () => {
    const destination = `${name}/elsewhere`;
    const far = await openStore({
      ...platform,
      storageUrl: platform.storageUrl.replace('127.0.0.1', 'localhost'),
    });
    const body = JSON.stringify(far.url(`ci/${destination}/index.html`));
    // The first requested link is that of the only file.
    platform.terrapi.fail('/v2/storage/download', { status: 200, body }, 1);
    const { 'index.html': page } = versioned('1');
    const { link } = await publishPreview(platform, folderWith({ 'index.html': page }), {
      destination,
      links: 'platform',
    });
    await using visitor = await openWindow(browser);
    await follow(visitor.page, link);
    await waitForPageText(visitor.page, 'Page of 1');
    expect(await addressOf(visitor.page)).toBe(baseOf(destination));
    expect(visitor.problems).toEqual([]);
  });

  test('says that the storage does not answer, and opens the page when it does', async () => {
    const storage = await breakStorage(platform.storageUrl);
    platform.terrapi.storageEndpoint = storage.url;
    const { link } = await publish(`${name}/unreachable`, versioned('1')).finally(() => {
      platform.terrapi.storageEndpoint = undefined;
    });
    await using visitor = await openWindow(browser);
    const { page } = visitor;
    await follow(page, link);
    await waitForPageText(page, 'Page of 1');
    storage.decide = ({ method }) => (method === 'GET' ? { kind: 'lost' } : undefined);
    await page.reload();
    await waitForPageText(page, 'The preview cannot load');
    expect(await statusOf(page)).toBe(503);
    await follow(page, link);
    await waitForPageText(page, 'The preview cannot load');
    storage.decide = () => undefined;
    await click(page, 'Try again');
    await waitForPageText(page, 'Page of 1');
    await storage.close();
  });

  test('says that it was removed', async () => {
    const destination = `${name}/removed`;
    const { link } = await publish(destination, versioned('1'));
    await using visitor = await openWindow(browser);
    const { page } = visitor;
    await follow(page, link);
    await waitForPageText(page, 'Page of 1');
    const removed = await runSubject(
      { platform, entries: 'dist' },
      'remove',
      { destination },
      { cwd: folderWith({}) },
    );
    expect([removed.exitCode, errorOf(removed)]).toEqual([0, '']);
    await page.reload();
    await waitForPageText(page, 'This preview was removed');
    expect(await statusOf(page)).toBe(404);
    expect((await fetch(link)).status).toBe(404);
  });

  test('other hosts get the origin as Referer, and no requests without a link to them', async () => {
    const heard: IncomingHttpHeaders[] = [];
    const host = createServer((request, response) => {
      if (request.url === '/favicon.ico') return void response.writeHead(404).end();
      heard.push(request.headers);
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(html('Elsewhere', '<p>Elsewhere</p>'));
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    try {
      const elsewhere = `http://localhost:${(host.address() as AddressInfo).port}/`;
      const body = `<p>Here</p><a href="${elsewhere}">Go</a><img src="${elsewhere}dot" alt="">`;
      const { link } = await publish(`${name}/quiet`, { 'index.html': html('Quiet', body) });
      await using visitor = await openWindow(browser);
      const asked = new Set<string>();
      visitor.page.on('request', (request) => {
        const { protocol, host: one } = new URL(request.url());
        if (protocol.startsWith('http')) asked.add(one);
      });
      await follow(visitor.page, link);
      await waitForPageText(visitor.page, 'Here');
      await click(visitor.page, 'Go');
      await waitForPageText(visitor.page, 'Elsewhere');
      expect(heard).toHaveLength(2);
      expect(heard.map(({ referer }) => referer)).toEqual(Array(2).fill(`${new URL(link).origin}/`));
      expect([...asked].sort()).toEqual([new URL(platform.storageUrl).host, new URL(elsewhere).host].sort());
    } finally {
      host.closeAllConnections();
      host.close();
    }
  });
});

test('a host without CORS is rejected, with the reason', async () => {
  const host = createServer((_, response) => response.end('<p>'));
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  try {
    const origin = `http://localhost:${(host.address() as AddressInfo).port}`;
    const body = JSON.stringify(`${origin}/index.html?X-Amz-Expires=600`);
    platform.terrapi.fail('/v2/storage/download', { status: 200, body }, 1);
    const run = await runSubject(
      { platform, entries: 'dist' },
      'upload',
      { path: '.', destination: 'refused', links: 'platform', preview: 'true' },
      { cwd: folderWith({ 'index.html': '<p>' }) },
    );
    expect(run.exitCode).toBe(1);
    const own = new URL(platform.storageUrl).origin;
    expect(errorOf(run)).toContain(`${origin} does not let pages of ${own} read files (CORS)`);
    expect(errorOf(run)).toContain(`'links: session'`);
  } finally {
    host.closeAllConnections();
    host.close();
  }
});

describe('a browser without service workers', () => {
  const say = async (browser: Browser, link: string) => {
    try {
      await using visitor = await openWindow(browser);
      await follow(visitor.page, link);
      await waitForPageText(visitor.page, 'Open only index.html');
      const said = await visitor.page.evaluate(() => document.body.innerText);
      await click(visitor.page, 'Open only index.html');
      await waitForPageText(visitor.page, 'Page of 1');
      return said;
    } finally {
      await browser.close();
    }
  };

  test('Firefox with service workers turned off', async () => {
    const { link } = await publish('off/firefox', versioned('1'));
    const browser = await startBrowser('firefox', { firefox: { 'dom.serviceWorkers.enabled': false } });
    expect(await say(browser, link)).toContain(
      'The preview needs service workers, and this browser has them turned off.',
    );
  });

  test('Chromium that blocks all cookies', async () => {
    const profile = folderWith({
      'Default/Preferences': JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }),
    });
    const { link } = await publish('off/chromium', versioned('1'));
    const browser = await startBrowser('chromium', { chromiumProfile: profile });
    expect(await say(browser, link)).toContain('a setting of this browser, e.g. blocked cookies');
  });

  test('Chromium without JavaScript', async () => {
    const { link } = await publish('off/script', versioned('1'));
    const browser = await startBrowser('chromium');
    try {
      await using visitor = await openWindow(browser);
      await visitor.page.setJavaScriptEnabled(false);
      await follow(visitor.page, link);
      expect(await visitor.page.$eval('noscript', (element) => element.textContent)).toContain(
        'needs JavaScript',
      );
    } finally {
      await browser.close();
    }
  });
});
