import type { Host } from '../hosts/host.ts';
import { generatedMark } from '../files/headers.ts';
import type { LinkInputs } from '../config/links.ts';
import type { Page } from '../links/generated.ts';
import { type Links, type Opening, type Published, type Standing, mainFile } from '../links/published.ts';
import { signSessionLinks } from '../links/session.ts';
import type { TrialResult } from '../links/trial.ts';
import { count, formatBytes } from '../text/format.ts';
import { putObject } from '../transfer/put.ts';
import type { Destination } from './destination.ts';

/** What links were made for, and what was written of them. */
export interface Publication {
  readonly published: Published;
  /** Keys of the objects that were generated on the way: they belong to what is published. */
  readonly generated: ReadonlySet<string>;
}

/** Makes links to keys. Those of one run may be made in several goes: a page's own link comes when the page is written. */
type MakeLinks = (keys: Iterable<string>) => Promise<Links>;

/**
 * Makes links to what stands below the destination, and writes the pages that carry them.
 * @param pages what is to be generated from the links, in this order
 */
export async function publish(
  inputs: LinkInputs,
  standing: Standing,
  pages: readonly Page[],
  destination: Destination,
): Promise<Publication> {
  if (inputs.links === 'none' || standing.fileCount === 0)
    return { published: { ...standing, links: undefined, main: undefined }, generated: new Set() };
  const make = linkMaker(inputs, destination);
  const links = await make(keysOf(standing));
  const file = mainFile(standing);
  const main = file && { name: file.name, url: links.url(file.key) };
  return withPages({ ...standing, links, main }, links, pages, make, destination);
}

function keysOf({ files }: Standing): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      for (const { key } of files()) yield key;
    },
  };
}

function linkMaker(inputs: LinkInputs, destination: Destination): MakeLinks {
  const make = inputs.links === 'platform' ? platformLinks(destination) : sessionLinks(inputs, destination);
  return async (keys) => {
    const links = await make(keys);
    if (inputs.maskLinks) hideLinks(destination.host, keys, links);
    return links;
  };
}

/** All links of a run are signed with the same session: one that was fresh when the first of them was asked for. */
function sessionLinks({ expiresIn }: LinkInputs, { client }: Destination): MakeLinks {
  let signed: Promise<Links> | undefined;
  return () => (signed ??= signSessionLinks(client, expiresIn));
}

const progressEveryMs = 5_000;

function platformLinks({ host, terrapi, client, signal }: Destination): MakeLinks {
  const tried = new Map<string, Promise<TrialResult>>();
  const onUntried = (why: string) =>
    host.log.warning(
      `The platform's links could not be tried: ${why} from this runner. Open one of them, or use 'links: session'.`,
    );
  return async (keys) => {
    const { askPlatformLinks } = await import('../links/platform.ts');
    let made = 0;
    const onLink = () => (made += 1);
    const timer = setInterval(
      () => host.log.info(`${count(made, 'link')} from the platform`),
      progressEveryMs,
    );
    const tools = { terrapi, client, signal, tried, onLink, onUntried };
    return askPlatformLinks(keys, tools).finally(() => clearInterval(timer));
  };
}

/** Has the runner mask links by the part without which they open nothing: the session's token, or else each link as a whole. */
function hideLinks(host: Host, keys: Iterable<string>, { url }: Links): void {
  let last: string | undefined;
  for (const key of keys) {
    const link = url(key);
    const [, token] = /[?&]X-Amz-Security-Token=([^&#]+)/i.exec(link) ?? [];
    const secret = token ?? link;
    if (secret !== last) host.maskLater(secret);
    last = secret;
  }
}

async function withPages(
  published: Published,
  links: Links,
  pages: readonly Page[],
  make: MakeLinks,
  destination: Destination,
): Promise<Publication> {
  const { base } = destination;
  const generated = new Set<string>();
  const openings: (Opening & Pick<Page, 'opens'>)[] = [];
  const own = singleLinks(make, links);
  for (const page of pages) {
    const names = await writePage(page, published, (name) => own.to(`${base}${name}`), destination);
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
      links: { ...links, endsAt: own.endsAt() },
      main: opening('first') ?? published.main ?? opening('last'),
      index: opening('last'),
    },
    generated,
  };
}

/** Makes links one by one, each of them once, and knows when the first of them or of `others` ends. */
function singleLinks(make: MakeLinks, others: Links) {
  const made = new Map<string, string>();
  let { endsAt } = others;
  return {
    to: async (key: string) => {
      const known = made.get(key);
      if (known !== undefined) return known;
      const link = await make([key]);
      endsAt = endsAt === undefined || link.endsAt === undefined ? undefined : Math.min(endsAt, link.endsAt);
      made.set(key, link.url(key));
      return link.url(key);
    },
    endsAt: () => endsAt,
  };
}

/**
 * Writes a page's objects; a cache must not keep them, as their links end. Returns the names of what was written.
 * @param linkTo makes the link of an object that was written before
 */
async function writePage(
  page: Page,
  published: Published,
  linkTo: (name: string) => Promise<string>,
  { host, client, base, signal, explain }: Destination,
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
    host.log.info(`Wrote ${name}, ${formatBytes(body.length)}`);
    written.push(name);
  }
  return written;
}
