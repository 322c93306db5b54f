/** Takes pictures of a preview with headless Chromium: its entry page, the site, and the page after its links have expired. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';

import { type Browser, type Page, launch } from 'puppeteer-core';

import { buildSite, installSites } from '../__tests__/browser/sites.ts';
import { buckets } from '../platform/catalogue.ts';
import { inputsFor } from '../platform/inputs.ts';
import { startEmbeddedPlatform } from '../platform/embedded/index.ts';
import type { Platform } from '../platform/platform.ts';
import { runAction } from '../platform/runner.ts';
import { browserPath } from './browsers.ts';

const destination = 'pull-requests/7';
const width = 880;

/**
 * Takes pictures of a preview of a VitePress site, on the embedded platform.
 * @returns paths of the pictures, in `folder`
 */
export async function previewPictures(folder: string): Promise<string[]> {
  await using cleanup = new AsyncDisposableStack();
  const platform = await startEmbeddedPlatform();
  cleanup.defer(() => platform.stop());
  const target = mkdtempSync(path.join(tmpdir(), 'site-'));
  cleanup.defer(() => rmSync(target, { recursive: true }));
  const base = `/${buckets.outputs}/ci/${destination}/`;
  const site = buildSite(await installSites(), 'vitepress', base, target);
  const browser = await launch({ executablePath: browserPath('chromium'), args: ['--no-sandbox'] });
  cleanup.defer(() => browser.close());
  const pictures: string[] = [];
  const take = async (page: Page, name: string, height: number) => {
    const picture = path.join(folder, name);
    await page.setViewport({ width, height, deviceScaleFactor: 1.5 });
    await sleep(500);
    await page.screenshot({ path: picture });
    pictures.push(picture);
  };
  const link = await publish(platform, site);
  await take(await entryPage(browser, link), 'preview-entry.png', 220);
  const page = await browser.newPage();
  await page.goto(`${link}#/guide/start`);
  await page.waitForSelector('h1 ::-p-text(Start)');
  await take(page, 'preview.png', 520);
  platform.terrapi.sessionSeconds = 20;
  const short = await publish(platform, site, 'session');
  await page.goto(short);
  await page.waitForSelector('::-p-text(Tide tables)');
  while ((await fetch(short)).ok) await sleep(500);
  await page.reload();
  await page.waitForSelector('h1 ::-p-text(have expired)');
  await take(page, 'preview-ended.png', 440);
  return pictures;
}

/** The entry page while it waits for the worker. Here it waits forever. */
async function entryPage(browser: Browser, link: string): Promise<Page> {
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(
    `ServiceWorkerContainer.prototype.register = () => new Promise(() => undefined)`,
  );
  await page.goto(link);
  return page;
}

async function publish(platform: Platform, cwd: string, links = 'auto'): Promise<string> {
  const { exitCode, log, outputs } = await runAction({
    entry: path.join(import.meta.dirname, '..', 'dist', 'upload.js'),
    cwd,
    inputs: {
      ...inputsFor(platform),
      destination,
      path: '.',
      preview: 'true',
      links,
    },
    env: {
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'octo/tides',
      GITHUB_RUN_ID: '1',
      GITHUB_REF: 'refs/pull/7/merge',
      GITHUB_WORKFLOW: 'Pull request',
    },
  });
  if (exitCode !== 0) throw new Error(`The preview was not published:\n${log}`);
  return outputs['url'] ?? '';
}
