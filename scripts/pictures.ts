/**
 * Takes the README's pictures: runs the demo's upload and photographs its log and job summary with headless Chromium, and a preview.
 *
 *     node scripts/pictures.ts
 *
 * A tool for whoever changes what people see, and no part of the checks. `scripts/browsers.ts` says where it looks for
 * Chromium. `pngquant`, where it is installed, makes the pictures a quarter as large.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { LogEntry } from '../demo/log.ts';
import { buildSample } from '../demo/sample.ts';
import { uploadSample } from '../demo/upload.ts';
import { startEmbeddedPlatform } from '../platform/embedded/index.ts';
import { browserPath } from './browsers.ts';
import { logPage, summaryPage } from './pages.ts';
import { previewPictures } from './previews.ts';

const chromium = browserPath('chromium');
const width = 880;
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
  return {
    'log.png': logPage('Upload to workspace', seconds, entries),
    'summary.png': summaryPage('publish summary', summary),
  };
}

/** Photographs a page as high as it is, at twice its resolution. */
function photograph(page: string, picture: string): void {
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

mkdirSync(folder, { recursive: true });
for (const [name, page] of Object.entries(await pages())) {
  photograph(page, join(folder, name));
  reduce(join(folder, name));
}
for (const picture of await previewPictures(folder)) reduce(picture);

function reduce(picture: string): void {
  spawnSync('pngquant', ['--force', '--output', picture, '64', picture]);
}
