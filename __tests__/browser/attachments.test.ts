import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'puppeteer-core';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { folderWith } from '../support/folder.ts';
import { runSubject, urlsOf } from '../support/subject.ts';
import { startBrowser } from './browsers.ts';

let platform: Platform;
let browser: Browser;

beforeAll(async () => {
  [platform, browser] = await Promise.all([startEmbeddedPlatform(), startBrowser('chromium')]);
});

afterAll(() => Promise.all([platform.stop(), browser.close()]));

const run = `localStorage.setItem('ran', location.pathname)`;
const files = {
  'host.html': '<p>host</p>',
  'evil.html': `<script>${run}</script>`,
  'evil.svg': `<svg xmlns="http://www.w3.org/2000/svg"><script>${run}</script></svg>`,
  'evil.xhtml': `<html xmlns="http://www.w3.org/1999/xhtml"><body><script>${run}</script></body></html>`,
  'worker.js': `self.addEventListener('fetch', () => {})`,
};
const inert = ['evil.*', 'worker.js'].flatMap((glob) => [
  `${glob} Content-Type: application/octet-stream`,
  `${glob} Content-Disposition: attachment`,
]);

/** Opens the files. Returns those that ran, and whether the script became a service worker. */
async function visited(headers: string): Promise<readonly [string[], string]> {
  const inputs = { path: '.', root: '.', destination: `inert-${headers.length}`, links: 'session', headers };
  const urls = urlsOf(
    await runSubject({ platform, entries: 'src/main' }, 'upload', inputs, { cwd: folderWith(files) }),
  );
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  const url = (name: string) => urls[name] ?? '';
  const ran: string[] = [];
  for (const name of ['evil.html', 'evil.svg', 'evil.xhtml']) {
    // The browser aborts the navigation for a download.
    await page.goto(url(name)).catch(() => undefined);
    await page.goto(url('host.html'));
    if (await page.evaluate(() => localStorage.getItem('ran'))) ran.push(name);
    await page.evaluate(() => localStorage.clear());
  }
  const worker = await page.evaluate(
    (script) =>
      navigator.serviceWorker.register(script).then(
        () => 'registered',
        (error: unknown) => (error as Error).name,
      ),
    url('worker.js'),
  );
  await page.close();
  return [ran, worker];
}

test('files that are published as downloads do not run, not even as service workers', async () => {
  expect(await visited('')).toEqual([['evil.html', 'evil.svg', 'evil.xhtml'], 'registered']);
  expect(await visited(inert.join('\n'))).toEqual([[], 'SecurityError']);
});
