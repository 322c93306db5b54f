import type { Browser, BrowserContext, Frame, Page } from 'puppeteer-core';

/** A browser window with its own profile, and its problems. */
export interface BrowserWindow {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Failed requests, responses with status 400 and above, console errors and exceptions. Tests remove those that they expect. */
  readonly problems: string[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export async function openWindow(browser: Browser): Promise<BrowserWindow> {
  const context = await browser.createBrowserContext();
  const { page, problems } = await openTab(context);
  return { context, page, problems, [Symbol.asyncDispose]: () => context.close() };
}

/** Opens a tab, and records its problems. */
export async function openTab(
  context: BrowserContext,
): Promise<{ readonly page: Page; readonly problems: string[] }> {
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.setViewport({ width: 1000, height: 700 });
  const problems: string[] = [];
  page.on('console', (message) => {
    const { url = '', lineNumber = 0 } = message.location();
    if (message.type() !== 'error' || isIcon(url)) return;
    problems.push(`console: ${message.text()} (${shortened(url)}:${lineNumber})`);
  });
  page.on('pageerror', (error) => problems.push(`exception: ${String(error)}`));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // Pages and browsers may abort requests, as on any server. The pictures show missing content.
    if (!/^(?:NS_BINDING_ABORTED|net::ERR_ABORTED)$/.test(reason) && !isIcon(request.url()))
      problems.push(`failed: ${shortened(request.url())} ${reason}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && !isIcon(response.url()))
      problems.push(`${response.status()}: ${shortened(response.url())}`);
  });
  return { page, problems };
}

/** Opens a link that redirects. The original navigation may never complete. */
export async function follow(page: Page, url: string): Promise<void> {
  await page.goto(url, { waitUntil: 'domcontentloaded' }).catch((error: unknown) => {
    if (!/abort|cancel|interrupt|detached|Navigation|NS_BINDING/i.test(String(error))) throw error;
  });
}

/** The page itself. */
const whole = (page: Page): Frame => page.mainFrame();

/** The only frame of a page. The page itself, as long as it has none. */
export function onlyFrame(page: Page): Frame {
  return page.mainFrame().childFrames()[0] ?? page.mainFrame();
}

/**
 * Waits until the page shows a text.
 * @param part returns the frame to look at. It is called for each look, because a page may load its frame again
 */
export async function waitForPageText(
  page: Page,
  text: string,
  part: (page: Page) => Frame = whole,
): Promise<void> {
  const deadline = Date.now() + 120_000;
  let seen = '';
  do {
    // A page that is being replaced has no text.
    seen = await part(page)
      .evaluate(() => `${document.title}\n${document.body.innerText}`)
      .catch(() => seen);
    if (seen.includes(text)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (Date.now() < deadline);
  throw new Error(`'${text}' is missing on ${shortened(page.url())}, which shows: ${seen.slice(0, 2000)}`);
}

/** Path, query and fragment of the page. */
export function addressOf(page: Page | Frame): Promise<string> {
  return page.evaluate(() => `${location.pathname}${location.search}${location.hash}`);
}

/** Takes a picture of a page after it has stopped changing. */
export async function picture(page: Page): Promise<Buffer> {
  let last = Buffer.alloc(0);
  for (let tries = 0; tries < 40; tries += 1) {
    const shot = Buffer.from(await page.screenshot({ type: 'png' }));
    if (shot.equals(last)) return shot;
    last = shot;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${shortened(page.url())} does not stop changing`);
}

/** Browsers request this icon without asking the service worker, if a page has no icon. */
function isIcon(url: string): boolean {
  return URL.parse(url)?.pathname === '/favicon.ico';
}

function shortened(url: string): string {
  return url.replace(/\?.*/, (query) => (query.length > 60 ? '?…' : query));
}
