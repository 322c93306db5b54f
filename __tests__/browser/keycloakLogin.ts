import type { Browser } from 'puppeteer-core';

import { person } from '../../platform/catalogue.ts';

/**
 * Opens a page that Keycloak asks a person to open, in a new profile, and logs the person in.
 * @returns address and text of the page on which the browser ends
 */
export async function logInWithKeycloak(
  browser: Browser,
  url: string,
): Promise<{ readonly address: string; readonly text: string }> {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    await page.goto(url);
    await page.type('#username', person.name);
    await page.type('#password', person.password);
    await Promise.all([page.waitForNavigation(), page.click('#kc-login')]);
    // The device grant asks whether the person started the login.
    if (await page.$('[name="accept"]'))
      await Promise.all([page.waitForNavigation(), page.click('[name="accept"]')]);
    return { address: page.url(), text: await page.$eval('body', (body) => body.innerText) };
  } finally {
    await context.close();
  }
}
