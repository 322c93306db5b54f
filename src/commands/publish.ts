import { ActionError } from '../errors/error.ts';
import type { Log } from '../hosts/host.ts';
import { generatedMark } from '../files/headers.ts';
import type { Page } from '../links/generated.ts';
import { type Links, type NamedLink, type Publication, type Manifest, mainFile } from '../links/manifest.ts';
import { formatBytes } from '../text/format.ts';
import { putObject } from '../transfer/put.ts';
import type { LinkMaker, MakeLinks } from './createLinks.ts';
import type { Destination } from './destination.ts';

/** What links were made for, and what was written of them. */
export interface PublishResult {
  readonly published: Publication;
  /** Keys of the objects that were generated on the way: they belong to what is published. */
  readonly generated: ReadonlySet<string>;
}

/** Where pages are written, as far as it matters here. */
type Folder = Pick<Destination, 'client' | 'base' | 'explain'> & { readonly signal: AbortSignal };

/**
 * Makes links to what stands below the destination, and writes the pages that carry them.
 * @param maker undefined where no links are wanted
 * @param pages what is to be generated from the links, in this order
 */
export async function publish(
  log: Log,
  manifest: Manifest,
  maker: LinkMaker | undefined,
  pages: readonly Page[],
  folder: Folder,
): Promise<PublishResult> {
  if (!maker || manifest.fileCount === 0)
    return { published: { ...manifest, links: undefined, main: undefined }, generated: new Set() };
  try {
    return await publishWith(log, manifest, maker.make, pages, folder);
  } catch (error) {
    const needed = pages.filter(({ isOptional = false }) => !isOptional);
    if (maker.fallBack(error)) return publish(log, manifest, maker, pages, folder);
    if (
      needed.length === pages.length ||
      !(error instanceof ActionError) ||
      error.code !== 'preview-not-possible'
    )
      throw error;
    log.info(`Preview: no, because ${error.message}`);
    return publish(log, manifest, maker, needed, folder);
  }
}

async function publishWith(
  log: Log,
  manifest: Manifest,
  make: MakeLinks,
  pages: readonly Page[],
  folder: Folder,
): Promise<PublishResult> {
  const links = await make(keysOf(manifest));
  const file = mainFile(manifest);
  const main = file && { name: file.name, url: links.url(file.key) };
  return withPages(log, { ...manifest, links, main }, links, pages, make, folder);
}

function keysOf({ files }: Manifest): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      for (const { key } of files()) yield key;
    },
  };
}

async function withPages(
  log: Log,
  published: Publication,
  links: Links,
  pages: readonly Page[],
  make: MakeLinks,
  folder: Folder,
): Promise<PublishResult> {
  const { base } = folder;
  const generated = new Set<string>();
  const openings: (NamedLink & Pick<Page, 'opens'>)[] = [];
  const own = singleLinks(make, links);
  for (const page of pages) {
    const names = await writePage(log, page, published, (name) => own.to(`${base}${name}`), folder);
    for (const name of names) generated.add(`${base}${name}`);
    if (names.length === 0) continue;
    const url = await own.to(`${base}${page.entry}`);
    openings.push({ name: page.label ?? page.entry, url, opens: page.opens });
  }
  const opening = (opens: Page['opens']) => {
    const found = openings.find((one) => one.opens === opens);
    return found && { name: found.name, url: found.url };
  };
  return {
    published: {
      ...published,
      links: { ...links, expiresAt: own.expiresAt() },
      main: opening('first') ?? published.main ?? opening('last'),
      preview: opening('first'),
      index: opening('last'),
    },
    generated,
  };
}

/** Makes links one by one, each of them once, and knows when the first of them or of `others` ends. */
function singleLinks(make: MakeLinks, others: Links) {
  const made = new Map<string, string>();
  let { expiresAt } = others;
  return {
    to: async (key: string) => {
      const known = made.get(key);
      if (known !== undefined) return known;
      const link = await make([key]);
      expiresAt =
        expiresAt === undefined || link.expiresAt === undefined
          ? undefined
          : Math.min(expiresAt, link.expiresAt);
      made.set(key, link.url(key));
      return link.url(key);
    },
    expiresAt: () => expiresAt,
  };
}

/**
 * Writes a page's objects; a cache must not keep them, as their links end. Returns the names of what was written.
 * @param linkTo makes the link of an object that was written before
 */
async function writePage(
  log: Log,
  page: Page,
  published: Publication,
  linkTo: (name: string) => Promise<string>,
  { client, base, signal, explain }: Folder,
): Promise<string[]> {
  const written: string[] = [];
  for await (const { name, content, contentType, headers } of await page.make(published, linkTo)) {
    const put = {
      key: `${base}${name}`,
      contentType,
      headers: { ...headers, 'cache-control': 'no-store', ...generatedMark },
    };
    const body = typeof content === 'string' ? Buffer.from(content) : content;
    await putObject(client, put, body, { signal, ifAbsent: false }).catch(
      explain(`${name}, which carries the links, could not be written`),
    );
    log.info(`Wrote ${name}, ${formatBytes(body.length)}`);
    written.push(name);
  }
  return written;
}
