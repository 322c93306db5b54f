/**
 * Takes the pictures of the documentation with headless Chromium: the demo's log, job summary and reports, the index page, and a preview.
 *
 *     npm run pictures             all pictures
 *     npm run pictures -- index    some of them: `reports`, `index`, `preview`
 *
 * Run it after a change of what people see. The checks do not run it. `scripts/browsers.ts` says where it looks for Chromium. If `pngquant` is
 * installed, the pictures have a quarter of the size.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { LogEntry } from '../demo/log.ts';
import { buildSample, sampleInputs } from '../demo/sample.ts';
import { upload } from '../demo/upload.ts';
import { startEmbeddedPlatform } from '../platform/embedded/index.ts';
import { indexPictures } from './indexPictures.ts';
import { browserPath } from './browsers.ts';
import { commentPage, deploymentPage, logPage, releasePage, summaryPage } from './picturePages.ts';
import { previewPictures } from './previewPictures.ts';
import { reportSample } from './sampleReports.ts';

const chromium = browserPath('chromium');
/** The table of a release is wide. GitHub shows a scroll bar. */
const widths: Readonly<Record<string, number>> = { 'release.png': 1500 };
const folder = join(import.meta.dirname, '..', 'docs', 'pictures');

/** The pages of the pictures, by file name. */
async function pages(): Promise<Record<string, string>> {
  await using cleanup = new AsyncDisposableStack();
  const platform = await startEmbeddedPlatform();
  cleanup.defer(() => platform.stop());
  const sample = await buildSample();
  cleanup.defer(() => sample.remove());
  const entries: LogEntry[] = [];
  const { exitCode, seconds, summary } = await upload(platform, sample, sampleInputs, (entry) =>
    entries.push(entry),
  );
  if (exitCode !== 0) throw new Error('The upload failed: run npm run demo to see why.');
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

/** Takes a picture of a whole page, at twice the resolution. */
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

/** Runs Chromium and returns its output. Throws its error output if it fails. */
function browse(file: string, ...options: string[]): string {
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', ...options];
  const { status, stdout, stderr } = spawnSync(chromium, [...args, pathToFileURL(file).href], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${chromium} failed: ${stderr}`);
  return stdout;
}

/** Takes the pictures of log, summary and reports. Returns their paths. */
async function reportPictures(): Promise<string[]> {
  return Object.entries(await pages()).map(([name, page]) => {
    const picture = join(folder, name);
    photograph(page, picture, widths[name]);
    return picture;
  });
}

const kinds: Readonly<Record<string, () => Promise<string[]>>> = {
  reports: reportPictures,
  index: () => indexPictures(folder),
  preview: () => previewPictures(folder),
};

mkdirSync(folder, { recursive: true });
const wanted = process.argv.slice(2);
for (const [kind, take] of Object.entries(kinds)) {
  if (wanted.length > 0 && !wanted.includes(kind)) continue;
  for (const picture of await take()) spawnSync('pngquant', ['--force', '--output', picture, '64', picture]);
}
