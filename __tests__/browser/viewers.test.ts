import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { browserNames } from '../../scripts/browsers.ts';
import { startBrowser } from './browsers.ts';
import { hostileReport } from './hostileReport.ts';
import { type OtherHost, startOtherHost } from './otherHost.ts';
import { openStore, publishPage } from './publishedPage.ts';
import { clickRow, openIndex, textOf, waitForShown } from './tabs.ts';

let platform: Platform;
let url: string;
let other: OtherHost;

const text = (content: string, encoding: BufferEncoding = 'utf8') => Buffer.from(content, encoding);

/** Python's csv module wrote it: `csv.writer(file).writerows([...])`. */
const csv =
  'name,size,note,formula\r\n"Doe, Jane",1024,"two\nlines","=HYPERLINK(""http://evil.example"")"\r\nZürich,-2.5,,@SUM(A1)\r\n';

const script = '<script>top.broken = self.origin; top.postMessage("report: ran", "*")</script>';

function contents(pdf: Buffer): Readonly<Record<string, Buffer>> {
  return {
    'big.json': text('{"id":12345678901234567890,"__proto__":{"at":[1.10,2e400]}}'),
    'broken.json': text('{"a":1,}'),
    'deep.json': text('['.repeat(100_000) + ']'.repeat(100_000)),
    'huge.json': Buffer.concat([text('['), Buffer.alloc(200 * 1024 ** 2, '{"a":1},\n'), text('1]')]),
    'events.ndjson': text('{"a":1}\n{"b":2}\n'),
    'table.csv': text(csv),
    'long.tsv': text(['n\tname', ...Array.from({ length: 1_500 }, (_, n) => `${n}\trow ${n}`)].join('\n')),
    'semicolon.csv': text('a;b\n1,5;x\n'),
    'windows.txt': text('\ufeffGrüße\r\n', 'utf16le'),
    'old.txt': text('Grüße', 'latin1'),
    'old.csv': text('Straße\n1\n', 'latin1'),
    'report.html': text(hostileReport(other.origin, `${platform.storageUrl}/leak`)),
    'latin.html': text('<meta charset="iso-8859-1"><p>Grüße</p>', 'latin1'),
    'printed.pdf': pdf,
    'fake.pdf': text(`<!doctype html>${script}`),
    'drawn.svg': text(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${script}</svg>`),
    'model.bin': text('\0\0\0'),
  };
}

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  other = await startOtherHost();
  const browser = await startBrowser('chromium');
  const page = await browser.newPage();
  await page.setContent('<h1>A printed page</h1>');
  const pdf = Buffer.from(await page.pdf());
  await browser.close();
  const uploads = Object.entries(contents(pdf)).map(([name, content]) => ({ name, content: () => content }));
  url = await publishPage(await openStore(platform), 'viewers', uploads);
});

afterAll(async () => {
  await other.close();
  await platform.stop();
});

/** Opens a file in the pane, and returns what the pane shows. */
async function open(page: Page, file: string): Promise<string> {
  await clickRow(page, file);
  await waitForShown(page, file, { timeout: 60_000 });
  return textOf(page, '.content');
}

/** Collects what reports post to the page. */
const listen = (page: Page) =>
  page.evaluateOnNewDocument(() => {
    if (self !== top) return;
    const said: string[] = [];
    Object.assign(self, { said });
    addEventListener('message', ({ data }) => {
      if (String(data).startsWith('report: ')) said.push(String(data).slice(8));
    });
  });
const said = (page: Page) => page.evaluate(() => (globalThis as unknown as { said: string[] }).said);

describe.each(browserNames)('the pane in %s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(name);
  });

  afterAll(() => browser.close());

  test('shows JSON with indentation, and keeps its numbers', async () => {
    const { page, complaints } = await openIndex(browser, url);
    expect(await open(page, 'big.json')).toBe(
      '{\n  "id": 12345678901234567890,\n  "__proto__": {\n    "at": [1.10, 2e400]\n  }\n}',
    );
    expect(await open(page, 'broken.json')).toBe(
      '{"a":1,}This file is not valid JSON, so it is shown as it is.',
    );
    expect(await open(page, 'events.ndjson')).toBe('{\n  "a": 1\n}\n{\n  "b": 2\n}');
    expect((await open(page, 'deep.json')).slice(0, 10)).toBe('[\n  [\n    ');
    expect((await open(page, 'huge.json')).slice(-76)).toBe(
      'This is the beginning of the file (200 MiB). Open the file to read the rest.',
    );
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('shows CSV and TSV as tables, with formulas as text', async () => {
    const { page, complaints } = await openIndex(browser, url);
    const cells = () =>
      page.$$eval('.grid tr', (rows) =>
        rows.map((row) => [...row.children].map(({ textContent, className }) => textContent + className)),
      );
    expect(await open(page, 'table.csv')).toContain('2 rows.');
    expect(await cells()).toEqual([
      ['name', 'sizenumber', 'note', 'formula'],
      ['Doe, Jane', '1024number', 'two\nlines', '=HYPERLINK("http://evil.example")'],
      ['Zürich', '-2.5number', '', '@SUM(A1)'],
    ]);
    await open(page, 'semicolon.csv');
    expect(await cells()).toEqual([
      ['anumber', 'b'],
      ['1,5number', 'x'],
    ]);
    expect(await open(page, 'long.tsv')).toContain('The first 1,000 rows. 500 rows are not shown.');
    expect(await page.$$eval('.grid tbody tr', (rows) => rows.length)).toBe(1_000);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('reads UTF-16 and Latin-1', async () => {
    const { page } = await openIndex(browser, url);
    expect(await open(page, 'windows.txt')).toBe('Grüße\r\n');
    expect(await open(page, 'old.txt')).toBe('Grüße');
    expect(await open(page, 'old.csv')).toContain('Straße');
    await page.close();
  });

  test('shows an HTML report that reaches nothing, without and with its scripts', async () => {
    other.requests.length = 0;
    const { page } = await openIndex(browser, url, undefined, listen);
    const withoutFragment = () => page.url().replace(/#.*/, '');
    const address = withoutFragment();
    expect(await open(page, 'report.html')).toContain('Scripts are off');
    expect(await said(page)).toEqual([]);
    const report = () =>
      page.frames().find((frame) => frame.parentFrame()?.parentFrame() === page.mainFrame());
    if (name === 'chromium')
      expect(await report()?.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
        'rgb(0, 128, 0)',
      );
    await page.click('.content button');
    await page.waitForFunction(() =>
      ['end', 'refused: fetch'].every((line) =>
        (globalThis as unknown as { said: string[] }).said.includes(line),
      ),
    );
    const lines = await said(page);
    expect(lines).toEqual(
      expect.arrayContaining([
        'origin null',
        'knows false',
        'nested null',
        'refused: fetch',
        'inline image 1',
      ]),
    );
    expect(lines.filter((line) => line.startsWith('worked'))).toEqual([]);
    // A file that is shown afterwards gives late requests time to arrive.
    expect(await open(page, 'latin.html')).toContain('Scripts are off');
    expect([other.requests, withoutFragment()]).toEqual([[], address]);
    await page.close();
  });

  test('shows a PDF in the viewer of the browser, and nothing else as PDF', async () => {
    const { page } = await openIndex(browser, url, undefined, listen);
    await open(page, 'printed.pdf');
    expect(await page.$eval('.content iframe', (frame) => frame.src)).toMatch(/^blob:http/);
    expect(await open(page, 'fake.pdf')).toBe('This file is not a PDF. Download it to open it.');
    await open(page, 'drawn.svg');
    expect([await said(page), await page.evaluate(() => 'broken' in globalThis)]).toEqual([[], false]);
    await page.close();
  });

  test('offers Download for a file that browsers do not show', async () => {
    const { page } = await openIndex(browser, url);
    expect(await open(page, 'model.bin')).toContain('This file type cannot be shown here.');
    const actions = () => page.$$eval('.actions > *', (parts) => parts.map((part) => part.textContent));
    expect(await actions()).toEqual(['Download', 'Copy link']);
    expect(await page.$eval('.actions a', (link) => link.download)).toBe('model.bin');
    await open(page, 'printed.pdf');
    expect(await actions()).toEqual(['Open', 'Copy link', 'Download']);
    await page.close();
  });
});
