import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'puppeteer-core';

import { browserNames } from '../../scripts/browsers.ts';
import { indexPage } from '../../src/browser/index.ts';
import { linkTable } from '../../src/links/table.ts';
import { startBrowser } from './browsers.ts';

const server = createServer((_, answer) => {
  const links = [{ name: 'a b.txt', url: 'http://127.0.0.1/bucket/a%20b.txt?X-Amz-Signature=1' }];
  const data = JSON.stringify({ names: links.map(({ name }) => name), links: linkTable(links) });
  answer.setHeader('Content-Type', 'text/html; charset=utf-8');
  answer.end(indexPage.replace('{data}', () => data));
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

describe.each(browserNames)('%s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(name);
  }, 60_000);

  afterAll(() => browser.close());

  test('runs the script that is bundled into a page, under its Content-Security-Policy', async () => {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const links = await page.$$eval('a', (elements) => elements.map(({ href }) => href));
    expect(links).toEqual(['http://127.0.0.1/bucket/a%20b.txt?X-Amz-Signature=1']);
  });
});
