import * as core from '@actions/core';

import type { LinkInputs } from '../inputs.ts';
import type { Page } from '../links/generated.ts';
import { type Links, type Opening, type Published, type Standing, mainFile } from '../links/published.ts';
import { signSessionLinks } from '../links/session.ts';
import { formatBytes } from '../quantities.ts';
import { putObject } from '../transfer/put.ts';
import type { Destination } from './storage.ts';

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

function* keysOf({ files }: Standing): Generator<string> {
  for (const { key } of files()) yield key;
}

function linkMaker(inputs: LinkInputs, { client }: Destination): MakeLinks {
  let signed: Promise<Links> | undefined;
  return async (keys) => {
    signed ??= signSessionLinks(client, inputs.expiresIn);
    const links = await signed;
    if (inputs.maskLinks) hideLinks(keys, links);
    return links;
  };
}

/** Has the runner mask links by the part without which they open nothing: the session's token, or else each link as a whole. */
function hideLinks(keys: Iterable<string>, { url }: Links): void {
  let last: string | undefined;
  for (const key of keys) {
    const link = url(key);
    const [, token] = /[?&]X-Amz-Security-Token=([^&#]+)/i.exec(link) ?? [];
    const secret = token ?? link;
    if (secret !== last) core.setSecret(secret);
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
  const generated = new Set<string>();
  const openings: (Opening & Pick<Page, 'opens'>)[] = [];
  let endsAt = links.endsAt;
  for (const page of pages) {
    const names = await writePage(page, published, make, destination);
    for (const name of names) generated.add(`${destination.base}${name}`);
    if (names.length === 0) continue;
    const key = `${destination.base}${page.entry}`;
    const own = await make([key]);
    endsAt = endsAt === undefined || own.endsAt === undefined ? undefined : Math.min(endsAt, own.endsAt);
    openings.push({ name: page.entry, url: own.url(key), opens: page.opens });
  }
  const opening = (opens: Page['opens']) => {
    const found = openings.find((one) => one.opens === opens);
    return found && { name: found.name, url: found.url };
  };
  return {
    published: {
      ...published,
      links: { ...links, endsAt },
      main: opening('first') ?? published.main ?? opening('last'),
      index: opening('last'),
    },
    generated,
  };
}

/** Writes a page's objects; a cache must not keep them, as their links end. Returns the names of what was written. */
async function writePage(
  page: Page,
  published: Published,
  make: MakeLinks,
  destination: Destination,
): Promise<string[]> {
  const { client, base, persist, signal, explain } = destination;
  const written: string[] = [];
  const linkTo = async (name: string) => (await make([`${base}${name}`])).url(`${base}${name}`);
  for await (const { name, content, contentType, headers } of await page.make(published, linkTo)) {
    const put = { key: `${base}${name}`, contentType, headers: { ...headers, 'cache-control': 'no-store' } };
    const body = Buffer.from(content);
    await persist(() => putObject(client, put, body, { signal, ifAbsent: false })).catch(
      explain(
        `The files are in ${destination.s3Uri}, but ${name}, which carries their links, could not be written`,
      ),
    );
    core.info(`Wrote ${name}, ${formatBytes(body.length)}`);
    written.push(name);
  }
  return written;
}
