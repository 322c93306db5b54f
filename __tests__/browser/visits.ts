import type { Browser, BrowserContext, Page } from 'puppeteer-core';

/** Somebody's browser window, with a profile of its own, and all that went wrong in it. */
export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Failed requests, answers of 400 and more, errors on the console and exceptions; tests take out what they expect. */
  readonly problems: string[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export async function visit(browser: Browser): Promise<Visit> {
  const context = await browser.createBrowserContext();
  const { page, problems } = await openTab(context);
  return { context, page, problems, [Symbol.asyncDispose]: () => context.close() };
}

/** A tab, and what went wrong in it. */
export async function openTab(
  context: BrowserContext,
): Promise<{ readonly page: Page; readonly problems: string[] }> {
  const page = await context.newPage();
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
    // A page or a browser that gives up a request has its reasons, as on any server; what is missing is missing in pictures.
    if (!/^(?:NS_BINDING_ABORTED|net::ERR_ABORTED)$/.test(reason) && !isIcon(request.url()))
      problems.push(`failed: ${shortened(request.url())} ${reason}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && !isIcon(response.url()))
      problems.push(`${response.status()}: ${shortened(response.url())}`);
  });
  return { page, problems };
}

/** Opens a link that leads on: the navigation that was asked for may never end as itself. */
export async function follow(page: Page, url: string): Promise<void> {
  await page.goto(url, { waitUntil: 'domcontentloaded' }).catch((error: unknown) => {
    if (!/abort|cancel|interrupt|detached|Navigation|NS_BINDING/i.test(String(error))) throw error;
  });
}

/** Waits until a text is to be read on the page. */
export async function reads(page: Page, text: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  let seen = '';
  do {
    // A page that is being replaced has nothing to say.
    seen = await page.evaluate(() => `${document.title}\n${document.body.innerText}`).catch(() => seen);
    if (seen.includes(text)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (Date.now() < deadline);
  throw new Error(`'${text}' is not to be read on ${shortened(page.url())}, but: ${seen.slice(0, 2000)}`);
}

/** Path, query and fragment of the page. */
export function whereIs(page: Page): Promise<string> {
  return page.evaluate(() => `${location.pathname}${location.search}${location.hash}`);
}

/** What a page looks like, once it does not change any more. */
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

/** Browsers look there for an icon of their own accord, past every worker, where a page names none. */
function isIcon(url: string): boolean {
  return URL.parse(url)?.pathname === '/favicon.ico';
}

function shortened(url: string): string {
  return url.replace(/\?.*/, (query) => (query.length > 60 ? '?…' : query));
}
