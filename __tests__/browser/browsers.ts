import { type Browser, launch } from 'puppeteer-core';

import { type BrowserName, browserPath } from '../../scripts/browsers.ts';

export interface BrowserSettings {
  /** Settings of Firefox, as in `about:config`. */
  readonly firefox?: Readonly<Record<string, unknown>>;
  /** Folder of a Chromium profile. */
  readonly chromiumProfile?: string;
  /** With `false`, puppeteer hears of no requests. Otherwise Firefox keeps every response in memory for it. */
  readonly networkEnabled?: boolean;
}

/**
 * Starts a headless browser with a new profile: Chromium through the DevTools protocol, Firefox through WebDriver BiDi. Both can reach this
 * machine only.
 * @throws Error that says how to install the browser, if there is none
 */
export function startBrowser(
  name: BrowserName,
  { firefox, chromiumProfile, networkEnabled = true }: BrowserSettings = {},
): Promise<Browser> {
  const executablePath = browserPath(name);
  return name === 'chromium'
    ? launch({
        browser: 'chrome',
        executablePath,
        ...(chromiumProfile !== undefined && { userDataDir: chromiumProfile }),
        args: [
          // As root and in containers, Chromium has no sandbox.
          '--no-sandbox',
          '--disable-dev-shm-usage',
          '--force-prefers-reduced-motion',
          '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
        ],
      })
    : launch({
        browser: 'firefox',
        executablePath,
        networkEnabled,
        extraPrefsFirefox: {
          'ui.prefersReducedMotion': 1,
          'general.smoothScroll': false,
          // Chromium writes visited links to its history with a delay.
          'layout.css.visited_links_enabled': false,
          // Otherwise Firefox opens a panel after a download, and keys go to the panel.
          'browser.download.alwaysOpenPanel': false,
          'network.proxy.type': 1,
          'network.proxy.http': '127.0.0.1',
          'network.proxy.http_port': 9,
          'network.proxy.ssl': '127.0.0.1',
          'network.proxy.ssl_port': 9,
          'network.proxy.no_proxies_on': 'localhost, 127.0.0.1',
          ...firefox,
        },
      });
}
