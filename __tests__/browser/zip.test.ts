import { openAsBlob, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { browserNames } from '../../scripts/browsers.ts';
import { type FaultyStorage, breakStorage } from '../support/faultyServer.ts';
import { folderWith } from '../support/folder.ts';
import {
  downloaded,
  runProgram,
  startDownloadingBrowser,
  testZip,
  watchMemory,
  writeLargeFile,
} from './downloads.ts';
import { type PageStore, type Upload, openStore, publishPage } from './publishedPage.ts';
import { desk, openIndex, textOf, waitForText } from './tabs.ts';

let platform: Platform;
let storage: FaultyStorage;
let store: PageStore;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
});

beforeEach(async () => {
  storage = await breakStorage(platform.storageUrl);
  store = await openStore({ ...platform, storageUrl: storage.url });
});

afterEach(() => storage.close());

afterAll(() => platform.stop());

const upload = (name: string, content: string | Buffer): Upload => ({
  name,
  content: () => Buffer.from(content),
});

/** Unpacks a zip, and returns the contents of its files by their names. */
async function unpacked(file: string): Promise<Map<string, Buffer>> {
  const folder = folderWith({});
  expect(await runProgram('unzip', ['-q', file, '-d', folder])).toEqual({ code: 0, output: '' });
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    entries.map(({ parentPath, name }) => {
      const place = path.join(parentPath, name);
      return [path.relative(folder, place).split(path.sep).join('/'), readFileSync(place)] as const;
    }),
  );
}

const contentsOf = (uploads: readonly Upload[]) =>
  new Map(uploads.map(({ name, content }) => [name, content()] as const));

const sorted = (contents: ReadonlyMap<string, Buffer>) =>
  [...contents].map(([name, content]) => [name, content.toString('latin1')]).sort();

describe.each(browserNames)('"Download all" in %s', (name) => {
  let browser: Browser;
  const folder = folderWith({});

  beforeAll(async () => {
    browser = await startDownloadingBrowser(name, folder);
  });

  afterAll(() => browser.close());

  test('makes a zip of 300 files, with the names and bytes that were uploaded', async () => {
    const names = [
      'Île-de-France/été 1.txt',
      '日本語/ファイル.txt',
      '🛰️ orbit/a  b.txt',
      'empty.txt',
      'x/&amp;#%?+.txt',
    ];
    const uploads = [
      ...names.map((file) => upload(file, file === 'empty.txt' ? '' : `content of ${file}`)),
      ...Array.from({ length: 300 - names.length }, (_, index) =>
        upload(`data/${index % 7}/file ${index}.bin`, Buffer.alloc(index * 701, index)),
      ),
    ];
    const { page, complaints } = await openIndex(browser, await publishPage(store, 'zip 300', uploads));
    expect(await textOf(page, '#download')).toMatch(/^Download all \(\d+\.\d MiB\)$/);
    await page.click('#download');
    await waitForText(page, '#job', /^zip 300\.zip \(\d+\.\d MiB\) has 300 files\./);
    const zip = await downloaded(folder, 'zip 300.zip');
    expect(await testZip(zip)).toEqual({ code: 0, output: expect.stringMatching(/^No errors detected/) });
    expect(sorted(await unpacked(zip))).toEqual(sorted(contentsOf(uploads)));
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('downloads only what the search found', async () => {
    const uploads = ['a.txt', 'b.csv', 'c/d.csv'].map((file) => upload(file, file));
    const { page } = await openIndex(browser, await publishPage(store, 'found', uploads));
    await page.type('#search', 'CSV');
    await waitForText(page, '#download', 'Download 2 files (12 bytes)');
    await page.focus('#download');
    await page.keyboard.press('Enter');
    const contents = await unpacked(await downloaded(folder, 'found - CSV.zip'));
    expect(sorted(contents)).toEqual([
      ['b.csv', 'b.csv'],
      ['c/d.csv', 'c/d.csv'],
    ]);
    await page.close();
  });

  test('lists files that failed, retries what may work again, and continues after a cut', async () => {
    const large = Buffer.from(Uint32Array.from({ length: 9 * 2 ** 18 }, (_, index) => index).buffer);
    const uploads = [
      upload('cut.bin', large),
      upload('gone.txt', 'x'),
      upload('later.txt', 'later'),
      upload('short.txt', 'short text'),
      upload('Łódź.txt', 'y'),
    ];
    const url = await publishPage(store, 'faults', uploads);
    const asked = new Map<string, number>();
    storage.decide = ({ method, key }) => {
      const file = key.split('/').at(-1) ?? '';
      asked.set(file, (asked.get(file) ?? 0) + 1);
      const isFirst = method === 'GET' && asked.get(file) === 1;
      if (file === 'gone.txt') return { kind: 'answer', status: 404 };
      if (file === 'Łódź.txt') return { kind: 'answer', status: 403 };
      if (file === 'later.txt' && isFirst) return { kind: 'answer', status: 503 };
      if (file === 'short.txt' && isFirst) return { kind: 'cut', afterBytes: 1 };
      return file === 'cut.bin' && isFirst ? { kind: 'cut', afterBytes: 5 * 1024 ** 2 } : undefined;
    };
    const { page } = await openIndex(browser, url);
    await page.click('#download');
    await waitForText(page, '#job', /^faults\.zip .* is not complete: 2 of 5 files failed\./);
    expect(await page.$$eval('#job li', (rows) => rows.map((row) => row.textContent))).toEqual([
      'gone.txt: The file is no longer there.',
      'Łódź.txt: The storage rejects the link (403). It may have expired.',
    ]);
    const zip = await downloaded(folder, 'faults.zip');
    expect((await testZip(zip)).code).toBe(0);
    const names = ['_failed.txt', 'cut.bin', 'later.txt', 'short.txt'];
    const contents = await unpacked(zip);
    expect([...contents.keys()].sort()).toEqual(names);
    expect(contents.get('cut.bin')?.equals(large)).toBe(true);
    expect(contents.get('later.txt')?.toString()).toBe('later');
    expect(contents.get('_failed.txt')?.toString()).toBe(
      '2 of 5 files failed.\n\ngone.txt\n    The file is no longer there.\nŁódź.txt\n    The storage rejects the link (403). It may have expired.\n',
    );
    const resumed = storage.requests.filter(({ key, headers }) => key.endsWith('cut.bin') && headers.range);
    expect(
      resumed.map(({ headers }) => [
        /^bytes=[1-9]\d+-$/.test(headers.range ?? ''),
        headers['if-match']?.length,
      ]),
    ).toEqual([[true, 34]]);
    await page.close();
  });

  test('makes a file that stays cut fail its checksum', async () => {
    const uploads = [upload('a.bin', Buffer.alloc(9 * 1024 ** 2, 1)), upload('b.txt', 'b')];
    const url = await publishPage(store, 'cut', uploads);
    storage.decide = ({ key, headers }) => {
      if (!key.endsWith('a.bin')) return undefined;
      return headers.range ? { kind: 'answer', status: 412 } : { kind: 'cut', afterBytes: 5 * 1024 ** 2 };
    };
    const { page } = await openIndex(browser, url);
    await page.click('#download');
    await waitForText(page, '#job li', /^a\.bin: The download stopped after \d\.\d MiB: The file changed/);
    const { code, output } = await testZip(await downloaded(folder, 'cut.zip'));
    expect([code, output]).toEqual([2, expect.stringMatching(/^ +testing: a\.bin +bad CRC /)]);
    await page.close();
  });

  test('cancels, and deletes what it stored', async () => {
    const uploads = ['a.bin', 'b.bin'].map((file) => upload(file, Buffer.alloc(9 * 1024 ** 2)));
    const url = await publishPage(store, 'cancel', uploads);
    storage.decide = ({ key }) => (key.endsWith('b.bin') ? { kind: 'stall' } : undefined);
    const { page, complaints } = await openIndex(browser, url);
    const stored = () =>
      page.evaluate(async () => {
        const names: string[] = [];
        for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
        return names;
      });
    const before = await stored();
    await page.click('#download');
    await waitForText(page, '#job p', /^9\.0 MiB of 18\.0 MiB · 1 of 2 files/);
    expect((await stored()).length).toBeGreaterThan(before.length);
    await page.click('#job button');
    await waitForText(page, '#toast', 'Download canceled');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('download');
    expect(await stored()).toEqual(before);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('works without a file system of the browser, as in private windows, up to 1 GiB', async () => {
    const uploads = [upload('a.txt', 'a'), upload('b.txt', 'b')];
    const hide = (fresh: Page) =>
      fresh.evaluateOnNewDocument(() => {
        StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException('no', 'SecurityError'));
      });
    const small = await openIndex(browser, await publishPage(store, 'memory', uploads), desk, hide);
    await small.page.click('#download');
    expect(sorted(await unpacked(await downloaded(folder, 'memory.zip')))).toEqual(
      sorted(contentsOf(uploads)),
    );
    await small.page.close();
    const url = await publishPage(store, 'too large', uploads, (published) => ({
      ...published,
      files: () => [...published.files()].map((file) => ({ ...file, size: 2 ** 30 })),
    }));
    const large = await openIndex(browser, url, desk, hide);
    await large.page.click('#download');
    await waitForText(
      large.page,
      '#job',
      /^The download failed: This browser makes zips of at most 1\.0 GiB here/,
    );
    await large.page.close();
  });

  test('says that the links have expired', async () => {
    const uploads = [upload('a.txt', 'a'), upload('b.txt', 'b')];
    const url = await publishPage(store, 'expired', uploads, (published) => ({
      ...published,
      links: published.links && { ...published.links, expiresAt: Date.now() + 1_000 },
    }));
    const { page } = await openIndex(browser, url);
    await waitForText(page, '#download', 'The links have expired');
    await page.click('#download');
    expect(await page.$eval('#job', (strip) => (strip as HTMLElement).hidden)).toBe(true);
    await page.close();
  });
});

describe('"Download all" of 2 GiB', () => {
  const large = { name: 'large.bin', size: 2 * 1024 ** 3 };
  const largeFile = path.join(folderWith({}), large.name);
  let largeUrl: string;

  beforeAll(async () => {
    writeLargeFile(largeFile, large.size);
    const direct = await openStore(platform);
    const key = 'ci/large/large.bin';
    const contentType = 'application/octet-stream';
    largeUrl = await publishPage(direct, 'large', [upload('note.txt', 'note')], (published) => ({
      ...published,
      files: () => [{ name: large.name, key, size: large.size, contentType }, ...published.files()],
    }));
    await direct.put(key, await openAsBlob(largeFile), contentType);
  });

  test.each(browserNames)(
    'saves in %s what was uploaded, with less than 400 MiB of memory',
    async (name) => {
      const folder = folderWith({});
      const browser = await startDownloadingBrowser(name, folder);
      const { page } = await openIndex(browser, largeUrl);
      const memory = watchMemory(browser.process()?.pid ?? 0);
      await page.click('#download');
      await page.waitForFunction(() => document.querySelector('#job')?.textContent.includes('has 2 files.'), {
        timeout: 560_000,
      });
      const zip = await downloaded(folder, 'large.zip');
      const growth = memory.stop();
      await browser.close();
      console.info(`${name}: a zip of 2 GiB takes ${growth} MiB of memory`);
      const compared = await runProgram('sh', [
        '-c',
        'unzip -p "$1" large.bin | cmp - "$2"',
        'sh',
        zip,
        largeFile,
      ]);
      expect(compared).toEqual({ code: 0, output: '' });
      expect(await testZip(zip)).toEqual({ code: 0, output: expect.stringMatching(/^No errors detected/) });
      if (process.platform === 'linux') expect(growth).toBeLessThan(400);
    },
    600_000,
  );
});
