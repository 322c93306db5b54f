import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'puppeteer-core';

import { browserNames } from '../../scripts/browsers.ts';
import { renderIndexPage } from '../../src/links/indexPage.ts';
import { startBrowser } from './browsers.ts';

const url = 'http://127.0.0.1/bucket/ci/a%20b.txt?X-Amz-Signature=1';

const pieces = renderIndexPage(
  {
    title: 'Pages: d',
    workspace: 'my-workspace',
    destination: '',
    s3Uri: 's3://bucket/ci/',
    fileCount: 1,
    totalBytes: 1,
    files: () => [{ name: 'a b.txt', key: 'ci/a b.txt', size: 1, contentType: 'text/plain' }],
    links: { signedBy: 'session', url: () => url, expiresAt: undefined },
  },
  { madeAt: 0 },
);

const server = createServer((_, answer) => {
  answer.setHeader('Content-Type', 'text/html; charset=utf-8');
  answer.end(Buffer.concat([...pieces]));
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
  });

  afterAll(() => browser.close());

  test('runs the bundled script of a page with its Content-Security-Policy', async () => {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await tab.waitForSelector('a.label');
    expect(await tab.$eval('a.label', (link) => link.href)).toBe(url);
  });
});
