/**
 * Takes the pictures of the documentation: runs the demo's upload and photographs its log, its job summary and what it reports on GitHub with
 * headless Chromium, then publishes the atlas and photographs its index page as a reader has it, in light, in dark and on a telephone.
 *
 *     node scripts/pictures.ts                    all of them
 *     node scripts/pictures.ts release index      those whose names begin like that
 *
 * A tool for whoever changes what people see, and no part of the checks. `scripts/browsers.ts` says where it looks for
 * Chromium. `pngquant`, where it is installed, makes the pictures a quarter as large.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { type Page, launch } from 'puppeteer-core';

import { atlas } from '../demo/atlas.ts';
import type { LogEntry } from '../demo/log.ts';
import { buildSample } from '../demo/sample.ts';
import { uploadSample } from '../demo/upload.ts';
import { clientApp, platformScope, workspaces } from '../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../platform/embedded/index.ts';
import type { Platform } from '../platform/platform.ts';
import { runAction } from '../platform/runner.ts';
import { browserPath } from './browsers.ts';
import { commentPage, deploymentPage, logPage, releasePage, summaryPage } from './pages.ts';
import { reportSample } from './reports.ts';

const chromium = browserPath('chromium');
/** A release's table is wide: GitHub has people scroll. */
const widths: Readonly<Record<string, number>> = { 'release.png': 1500 };
const folder = join(import.meta.dirname, '..', 'docs', 'pictures');

/** The pages to photograph, by the names of their pictures. */
async function pages(): Promise<Record<string, string>> {
  await using cleanup = new AsyncDisposableStack();
  const platform = await startEmbeddedPlatform();
  cleanup.defer(() => platform.stop());
  const sample = await buildSample();
  cleanup.defer(() => sample.remove());
  const entries: LogEntry[] = [];
  const { exitCode, seconds, summary } = await uploadSample(platform, sample, (entry) => entries.push(entry));
  if (exitCode !== 0) throw new Error('The upload failed; npm run demo shows why.');
  const { comment, deployment, notes } = await reportSample(platform);
  const { environment, statuses } = deployment;
  return {
    'log.png': logPage('Upload to workspace', seconds, entries),
    'summary.png': summaryPage('publish summary', summary),
    'comment.png': commentPage(comment),
    'deployment.png': deploymentPage(environment, statuses.at(-1)?.environmentUrl ?? ''),
    'release.png': releasePage('v1.2.3', notes),
  };
}

/** Photographs a page as high as it is, at twice its resolution. */
function photograph(page: string, picture: string, width = 880): void {
  const temporary = mkdtempSync(join(tmpdir(), 'pictures-'));
  const file = join(temporary, 'page.html');
  const measuring = '<script>document.body.dataset.height = document.body.scrollHeight</script>';
  writeFileSync(file, page.replace('</body>', `${measuring}</body>`));
  const height = /data-height="(\d+)"/.exec(browse(file, `--window-size=${width},100`, '--dump-dom'))?.[1];
  browse(
    file,
    `--window-size=${width},${height ?? '800'}`,
    '--force-device-scale-factor=2',
    `--screenshot=${picture}`,
  );
  rmSync(temporary, { recursive: true });
}

/** What Chromium prints; throws with its complaint when it cannot show the file. */
function browse(file: string, ...options: string[]): string {
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', ...options];
  const { status, stdout, stderr } = spawnSync(chromium, [...args, pathToFileURL(file).href], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${chromium} failed: ${stderr}`);
  return stdout;
}

/** How the index page is looked at, by the names of the pictures. */
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
  /** What is typed into the search box. */
  readonly search: string;
  /** Whether the first picture that is found is shown beside the table. */
  readonly picture: boolean;
}

/** Photographs the index page of the atlas, as the bundle publishes it. */
async function photographIndex(names: readonly string[]): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const platform = await startEmbeddedPlatform();
  cleanup.defer(() => platform.stop());
  const url = await publishAtlas(platform, cleanup);
  const browser = await launch({
    executablePath: chromium,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  cleanup.defer(() => browser.close());
  for (const name of names) {
    const look = looks[name];
    if (look) await photographLook(await browser.newPage(), url, look, join(folder, name));
  }
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
      'client-id': clientApp.id,
      'client-secret': clientApp.secret,
      workspace: workspaces.main,
      destination: 'atlas/2026-autumn',
      platforms: platformScope,
      issuer: platform.issuer,
      'api-url': platform.apiUrl,
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

mkdirSync(folder, { recursive: true });
const beginnings = process.argv.slice(2);
const isWanted = (name: string): boolean =>
  beginnings.length === 0 || beginnings.some((beginning) => name.startsWith(beginning));
const taken: string[] = [];
if (beginnings.length === 0 || !beginnings.every((beginning) => beginning.startsWith('index'))) {
  for (const [name, page] of Object.entries(await pages()).filter(([name]) => isWanted(name))) {
    photograph(page, join(folder, name), widths[name]);
    taken.push(name);
  }
}
const views = Object.keys(looks).filter(isWanted);
await photographIndex(views);
for (const name of [...taken, ...views]) {
  spawnSync('pngquant', ['--force', '--output', join(folder, name), '64', join(folder, name)]);
}
