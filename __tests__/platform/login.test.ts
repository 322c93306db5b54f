import { afterAll, beforeAll } from '@jest/globals';
import type { Browser } from 'puppeteer-core';

import type { Platform } from '../../platform/platform.ts';
import { startRealPlatform } from '../../platform/real/index.ts';
import { startBrowser } from '../browser/browsers.ts';
import { logInWithKeycloak } from '../browser/keycloakLogin.ts';
import { loginCases } from '../cases/login.ts';

let platform: Platform;
let browser: Browser;
beforeAll(async () => {
  [platform, browser] = await Promise.all([startRealPlatform(), startBrowser('chromium')]);
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

loginCases(
  () => platform,
  (url) => logInWithKeycloak(browser, url),
);
