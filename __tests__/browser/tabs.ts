import type { Browser, Page } from 'puppeteer-core';

export interface Viewport {
  readonly width: number;
  readonly height: number;
}

export const desk: Viewport = { width: 1280, height: 800 };
export const telephone: Viewport = { width: 390, height: 844 };

export interface Tab {
  readonly page: Page;
  /** Errors of the page, and violations of its Content-Security-Policy. */
  readonly complaints: readonly string[];
}

/** Opens the index page in a new tab, and waits until it is complete. */
export async function openIndex(
  browser: Browser,
  url: string,
  viewport: Viewport = desk,
  prepare: (page: Page) => Promise<unknown> = () => Promise.resolve(),
): Promise<Tab> {
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.setViewport(viewport);
  await prepare(page);
  await page.goto(url);
  await page.waitForSelector('#app:not([hidden])');
  return { page, complaints };
}

/** Scrolls through the table from top to bottom, and returns the files of all rows. */
export function rowsOf(page: Page): Promise<{ readonly path: string; readonly url: string }[]> {
  return page.$eval('#table', async (table) => {
    const total = Number(table.getAttribute('aria-rowcount')) - 1;
    const seen = new Map<number, { path: string; url: string } | undefined>();
    for (let next = 0, idle = 0; next < total; idle += 1) {
      if (idle === 100) throw new Error(`Row ${next} of ${total} never comes.`);
      await new Promise((resolve) => requestAnimationFrame(resolve));
      for (const row of table.querySelectorAll<HTMLElement>('.row[data-position]')) {
        const url = row.querySelector<HTMLAnchorElement>('a.label')?.href;
        seen.set(Number(row.dataset['position']), url === undefined ? undefined : { path: row.title, url });
      }
      const before = next;
      while (seen.has(next)) next += 1;
      if (next > before) idle = 0;
      table.scrollTop = next * (table.querySelector<HTMLElement>('.row')?.offsetHeight ?? 0);
    }
    return [...seen].sort(([a], [b]) => a - b).flatMap(([, row]) => row ?? []);
  });
}

/** The visible names in the table, with folders. */
export function namesOf(page: Page): Promise<string[]> {
  return page.$$eval('.row[data-position] .label', (labels) => labels.map((label) => label.textContent));
}

/** Clicks on the row with this name after it stops moving. A change of the window's size moves it. */
export async function clickRow(page: Page, name: string): Promise<void> {
  const { x, y } = await page.evaluate(async (wanted) => {
    const place = () => {
      const labels = [...document.querySelectorAll('.row[data-position] .label')];
      const label = labels.find((one) => one.textContent === wanted);
      const box = label?.getBoundingClientRect();
      const point = { x: (box?.x ?? 0) + 5, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 };
      const isThere = label?.closest('.row')?.contains(document.elementFromPoint(point.x, point.y));
      return isThere === true ? point : undefined;
    };
    for (let frames = 0, still = 0, last = place(); frames < 300; frames += 1) {
      if (last && still === 5) return last;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const next = place();
      still = next && next.x === last?.x && next.y === last.y ? still + 1 : 0;
      last = next;
    }
    throw new Error(`No stable row '${wanted}'.`);
  }, name);
  await page.mouse.click(x, y);
}

export function textOf(page: Page, selector: string): Promise<string> {
  return page.$eval(selector, (element) => element.textContent);
}

/** Waits until an element has the expected text. */
export async function waitForText(page: Page, selector: string, text: string | RegExp): Promise<void> {
  const source = typeof text === 'string' ? text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : text.source;
  await page.waitForFunction(
    (place, pattern) => new RegExp(pattern).test(document.querySelector(place)?.textContent ?? ''),
    {},
    selector,
    source,
  );
}

/** Waits until the pane shows a file, or why it cannot. */
export async function waitForShown(
  page: Page,
  name: string,
  limit: { readonly timeout?: number } = {},
): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      document.querySelector('#pane h2')?.textContent === wanted &&
      document.querySelector('.content[data-state=shown], .content[data-state=failed]') !== null,
    limit,
    name,
  );
}

/** Waits until the address has this fragment. */
export async function waitForFragment(page: Page, fragment: string): Promise<void> {
  await page.waitForFunction((wanted) => location.hash === wanted, {}, fragment);
}
