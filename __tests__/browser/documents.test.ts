import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { downloadZip } from 'client-zip';
import type { Browser, Page } from 'puppeteer-core';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { browserNames } from '../../scripts/browsers.ts';
import { startBrowser } from './browsers.ts';
import { type OtherHost, startOtherHost } from './otherHost.ts';
import { openStore, publishPage } from './publishedPage.ts';
import { clickRow, openIndex, textOf, waitForShown, waitForText } from './tabs.ts';

let platform: Platform;
let url: string;

let other: OtherHost;

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Attempts to run a script or to send a request. */
function hostile(origin: string): string {
  return [
    '<script>window.hacked = 1</script>',
    `<img src="${origin}/img" srcset="${origin}/srcset 2x" onerror="window.hacked = 2" alt="gone">`,
    `<svg onload="window.hacked = 3"><script>window.hacked = 4</script><image href="${origin}/svg"/></svg>`,
    `<iframe src="${origin}/frame" srcdoc="<script>parent.hacked = 5</script>"></iframe>`,
    `<link rel="stylesheet" href="${origin}/css"><style>@import "${origin}/import"; * { display: none }</style>`,
    `<form action="${origin}/form"><button id="pane" autofocus onfocus="window.hacked = 6">b</button></form>`,
    `<a href="javascript:window.hacked=7" id="data" ping="${origin}/ping">link</a>`,
    `<meta http-equiv="refresh" content="0; ${origin}/refresh"><base href="${origin}/">`,
    `<object data="${origin}/object"></object><embed src="${origin}/embed"><video poster="${origin}/poster" src="${origin}/video"></video>`,
    `<table background="${origin}/background"><tr><td style="background: url(${origin}/style)">cell</td></tr></table>`,
    '<math><mtext><table><mglyph><style><img src=x onerror="window.hacked = 8"></style></mglyph></table></mtext></math>',
  ].join('\n\n');
}

/** A zip of 30 MB: a large file, and a thousand small ones. */
async function largeZip(): Promise<Buffer> {
  const lastModified = new Date(2026, 10, 27, 13, 5, 0);
  const small = Array.from({ length: 1_000 }, (_, index) => ({
    name: `folder/file ${index} é.txt`,
    input: 'x'.repeat(index),
    lastModified,
  }));
  const noise = { name: 'noise.bin', input: Buffer.alloc(30_000_000, 7), lastModified };
  return Buffer.from(await downloadZip([noise, ...small]).arrayBuffer());
}

/** A file that a program made: `analysis.ipynb` by nbconvert 7 with pandas and matplotlib, `small.zip` by Info-ZIP 3.0. */
const made = (name: string) => readFileSync(path.join(import.meta.dirname, 'files', name));

function notebook(origin: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>parent.hacked = 1</script><image href="${origin}/svg"/></svg>`;
  const outputs = [
    { 'image/svg+xml': svg },
    { 'text/html': hostile(origin) },
    { 'text/html': '<script>1</script>', 'text/plain': 'a widget' },
  ];
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [
      { cell_type: 'markdown', source: hostile(origin) },
      {
        cell_type: 'code',
        source: 'x',
        outputs: outputs.map((data) => ({ output_type: 'display_data', data })),
      },
    ],
  });
}

const readme = `# Atlas

- [x] done
- [ ] to do

| place | size |
|-------|-----:|
| north |  1.5 |

![A figure](figures/a.png) ![Badge](https://badges.example/a.svg)
[the guide](docs/guide.md) [the log](run.log) [web](https://a.example/) [below](#the-end)

<details><summary>More</summary>

*inside*

</details>

${'filler\n\n'.repeat(100)}
## The end
`;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  other = await startOtherHost();
  const { origin } = other;
  const jest = execFileSync(
    process.execPath,
    [
      '-e',
      "console.log(util.inspect({ a: 1, b: 'x' }, { colors: true })); console.log(util.styleText('red', 'failed'))",
    ],
    { env: { ...process.env, FORCE_COLOR: '1' } },
  );
  const files: Readonly<Record<string, Buffer | string>> = {
    'README.md': readme,
    'docs/guide.md': '# Guide\n\nBack to [the start](../README.md).',
    'figures/a.png': Buffer.from(pixel, 'base64'),
    'run.log': jest,
    'progress.log':
      '\u001b[1mbuild\u001b[0m\n10 %\r100 %\n\u001b[38;2;10;200;30mgreen\u001b[0m \u001b]0;title\u0007end\n',
    'flood.log': Buffer.alloc(50 * 1024 ** 2, '\u001b[31ma\u001b[42mb'),
    'analysis.ipynb': made('analysis.ipynb'),
    'old.ipynb': '{"nbformat":3,"worksheets":[]}',
    'hostile.ipynb': notebook(origin),
    'hostile.md': hostile(origin),
    'deep.md': '> '.repeat(50_000),
    'large.zip': await largeZip(),
    'small.zip': made('small.zip'),
    'broken.zip': 'PK\u0003\u0004 and nothing else',
  };
  const uploads = Object.entries(files).map(([name, content]) => {
    const bytes = Buffer.from(content);
    return { name, content: () => bytes };
  });
  url = await publishPage(await openStore(platform), 'documents', uploads);
});

afterAll(async () => {
  await other.close();
  await platform.stop();
});

/** Shows a file in the pane, and waits for its content. */
async function show(page: Page, name: string): Promise<void> {
  await clickRow(page, name);
  await waitForShown(page, name);
}

describe.each(browserNames)('documents in the pane in %s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(name);
  });

  afterAll(() => browser.close());

  test('Markdown has tables, tasks, pictures of the list, and links that open in the pane', async () => {
    const { page, complaints } = await openIndex(browser, url);
    await show(page, 'README.md');
    expect(await textOf(page, '.prose h3')).toBe('Atlas');
    expect(await textOf(page, '.prose td.align-right')).toBe('1.5');
    expect(await page.$$eval('.prose input', (boxes) => boxes.map((box) => box.checked))).toEqual([
      true,
      false,
    ]);
    await page.waitForFunction(
      () => document.querySelector<HTMLImageElement>('.prose img')?.naturalWidth === 1,
    );
    expect(await textOf(page, '.prose .absent')).toBe('Badge https://badges.example/a.svg');
    const web = await page.$eval('.prose a[href^="https:"]', (link) => [
      link.getAttribute('href'),
      link.rel,
      link.target,
    ]);
    expect(web).toEqual(['https://a.example/', 'noopener noreferrer', '_blank']);
    await page.click('.prose a[data-heading]');
    await page.waitForFunction(() => document.activeElement?.textContent === 'The end');
    await page.$eval('.prose a[data-file="docs/guide.md"]', (link) => link.click());
    await waitForShown(page, 'guide.md');
    await page.$eval('.prose a[data-file="README.md"]', (link) => link.click());
    await waitForShown(page, 'README.md');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('logs have colors, and the last state of progress bars', async () => {
    const { page, complaints } = await openIndex(browser, url);
    await show(page, 'run.log');
    expect(await textOf(page, '.terminal')).toBe("{ a: 1, b: 'x' }\nfailed\n");
    expect(await textOf(page, '.terminal .color-1')).toBe('failed');
    await show(page, 'progress.log');
    expect(await textOf(page, '.terminal')).toBe('build\n100 %\ngreen end\n');
    expect(await textOf(page, '.terminal .bold')).toBe('build');
    const green = await page.$$eval('.terminal span', (spans) => spans.at(-1)?.style.color);
    expect(green).toBe('rgb(10, 200, 30)');
    await show(page, 'flood.log');
    expect(await textOf(page, '.content .said')).toBe(
      'The first 512 KiB of 50.0 MiB. Open the file to read the rest.',
    );
    expect(await page.$$eval('.terminal span', (spans) => spans.length)).toBeLessThanOrEqual(20_001);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('notebooks have cells, tables, figures and errors', async () => {
    const { page, complaints } = await openIndex(browser, url);
    await show(page, 'analysis.ipynb');
    expect(await page.$$eval('.cell .count', (counts) => counts.map((count) => count.textContent))).toEqual([
      'In [1]:',
      'In [2]:',
      'In [3]:',
      'In [4]:',
    ]);
    expect(await page.$$eval('.cell td', (cells) => cells.map((cell) => cell.textContent))).toEqual([
      // The empty header above the names is a cell.
      '',
      'north',
      '1.50',
      'south',
      '2.25',
    ]);
    await page.waitForFunction(
      () => (document.querySelector<HTMLImageElement>('.cell img')?.naturalWidth ?? 0) > 10,
    );
    // The rows of the list have cells too. Their styles are not those of a notebook.
    const styles = await page.evaluate(() =>
      ['.row .label', 'section.cell'].map((place) => {
        const found = document.querySelector(place);
        const { marginTop, whiteSpace } = found ? getComputedStyle(found) : { marginTop: '', whiteSpace: '' };
        return [marginTop, whiteSpace];
      }),
    );
    expect([styles[0]?.[0], styles[1]?.[1]]).toEqual(['0px', 'normal']);
    expect(await textOf(page, '.terminal .color-2')).toBe('passed');
    expect(await textOf(page, '.terminal.error')).toContain("KeyError: 'depth'");
    await show(page, 'old.ipynb');
    expect(await textOf(page, '.content')).toContain('"worksheets": []');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a zip shows its contents by a few kilobytes', async () => {
    const { page, complaints } = await openIndex(browser, url);
    const ranges: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('large.zip')) ranges.push(request.headers()['range'] ?? 'all');
    });
    await show(page, 'large.zip');
    expect(await textOf(page, '.content .said')).toBe('The zip contains 1,001 files (29.1 MiB unpacked).');
    expect(
      await page.$$eval('.entries tbody tr:nth-child(1001) td', (cells) =>
        cells.map((cell) => cell.textContent),
      ),
    ).toEqual(['folder/file 999 é.txt', '999 bytes', '2026-11-27 13:05']);
    const bytes = ranges.map((range) => {
      const [, from = 0, to = NaN] = /^bytes=(\d+)-(\d+)$/.exec(range)?.map(Number) ?? [];
      return to - from + 1;
    });
    expect(bytes.reduce((sum, length) => sum + length, 0)).toBeLessThan(200_000);
    await show(page, 'small.zip');
    expect(await textOf(page, '.entries tbody')).toContain('größe.txt');
    await show(page, 'broken.zip');
    expect(await textOf(page, '.content')).toContain('This file is not a complete zip.');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('no script of a document runs, and no request leaves for another host', async () => {
    const { page, complaints } = await openIndex(browser, url);
    for (const file of ['hostile.md', 'hostile.ipynb']) {
      await show(page, file);
      await waitForText(page, '.prose td', 'cell');
      const found = await page.$$eval('.prose *', (elements) =>
        elements.flatMap((element) => [element.localName, ...element.getAttributeNames()]),
      );
      expect(
        found.filter((one) => /^(?:script|style|svg|iframe|form|on.*|id|style|srcset)$/.test(one)),
      ).toEqual([]);
    }
    await page.waitForFunction(
      () => document.querySelector<HTMLImageElement>('.cell > img')?.naturalWidth === 9,
    );
    expect(await textOf(page, '.cell > div:last-child')).toContain('a widget');
    await show(page, 'deep.md');
    expect(await textOf(page, '.content .said')).toContain('nested too deeply');
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    expect(complaints).toEqual([]);
    expect(other.requests).toEqual([]);
    await page.close();
  });
});
