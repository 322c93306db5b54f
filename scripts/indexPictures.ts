import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { type Page, launch } from 'puppeteer-core';

import { atlas } from '../demo/atlas.ts';
import { inputsFor } from '../platform/inputs.ts';
import { startEmbeddedPlatform } from '../platform/embedded/index.ts';
import type { Platform } from '../platform/platform.ts';
import { runAction } from '../platform/runner.ts';
import { browserPath } from './browsers.ts';

/** Views of the index page, by the names of the pictures. */
const looks: Readonly<Record<string, Look>> = {
  'index-light.png': { width: 1100, height: 640, scheme: 'light', search: 't31t quick 10-', picture: true },
  'index-dark.png': { width: 1100, height: 640, scheme: 'dark', search: '', picture: false },
  'index-phone.png': { width: 360, height: 640, scheme: 'light', search: 'zurich 2026', picture: false },
};

interface Look {
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
  /** Text for the search box. */
  readonly search: string;
  /** Whether to show the first search result in the pane. */
  readonly picture: boolean;
}

/** Takes pictures of the index page of the atlas, published by the bundle. Returns their paths. */
export async function indexPictures(folder: string): Promise<string[]> {
  await using cleanup = new AsyncDisposableStack();
  const platform = await startEmbeddedPlatform();
  cleanup.defer(() => platform.stop());
  const url = await publishAtlas(platform, cleanup);
  const browser = await launch({
    executablePath: browserPath('chromium'),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  cleanup.defer(() => browser.close());
  const pictures: string[] = [];
  for (const [name, look] of Object.entries(looks)) {
    const picture = join(folder, name);
    await photographLook(await browser.newPage(), url, look, picture);
    pictures.push(picture);
  }
  return pictures;
}

async function publishAtlas(platform: Platform, cleanup: AsyncDisposableStack): Promise<string> {
  const cwd = mkdtempSync(join(tmpdir(), 'atlas-'));
  cleanup.defer(() => rmSync(cwd, { recursive: true }));
  for (const { name, content } of atlas()) {
    mkdirSync(join(cwd, dirname(name)), { recursive: true });
    writeFileSync(join(cwd, name), content());
  }
  const { exitCode, log, outputs } = await runAction({
    entry: join(import.meta.dirname, '..', 'dist', 'upload.js'),
    inputs: {
      ...inputsFor(platform),
      destination: 'atlas/2026-autumn',
      path: '.',
    },
    cwd,
    env: {
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'octo/land-cover',
      GITHUB_RUN_ID: '7',
      GITHUB_RUN_NUMBER: '212',
      GITHUB_WORKFLOW: 'Publish',
    },
  });
  if (exitCode !== 0) throw new Error(`The upload of the atlas failed:\n${log}`);
  return outputs['url'] ?? '';
}

async function photographLook(page: Page, url: string, look: Look, picture: string): Promise<void> {
  const { width: across, height, scheme, search } = look;
  const isPhone = across < 640;
  await page.setViewport({
    width: across,
    height,
    deviceScaleFactor: 2,
    isMobile: isPhone,
    hasTouch: isPhone,
  });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(url);
  await page.waitForSelector('#app:not([hidden])');
  if (search) await page.type('#search', search);
  if (look.picture) {
    await page.keyboard.press('Enter');
    await page.waitForSelector('#pane figcaption:not(:empty)');
  }
  await page.screenshot({ path: picture });
  await page.close();
}
