import { ActionError } from '../errors/error.ts';
import type { Log } from '../hosts/host.ts';
import { generatedMark } from '../files/headers.ts';
import type { Page } from '../links/page.ts';
import { type Links, type Manifest, type NamedLink, type Publication, mainFile } from '../links/manifest.ts';
import { formatBytes } from '../text/format.ts';
import { putObject } from '../transfer/putObject.ts';
import { type RequestBody, bodyOf } from '../transfer/requestBody.ts';
import type { LinkMaker, MakeLinks } from './createLinks.ts';
import type { Destination } from './openDestination.ts';

export interface PublishResult {
  readonly publication: Publication;
  /** Keys of the generated pages. */
  readonly generated: ReadonlySet<string>;
}

/** Where pages are written. */
type Folder = Pick<Destination, 'client' | 'base' | 'explain'> & { readonly signal: AbortSignal };

export interface PublishTools {
  readonly log: Log;
  /** Undefined with `links: none`. */
  readonly linkMaker: LinkMaker | undefined;
  /** The pages to generate from the links, in this order. */
  readonly pages: readonly Page[];
  readonly folder: Folder;
}

/**
 * Makes links to the files of a manifest, and writes the pages that contain them. With `links: auto` and `preview: auto`, it repeats this with
 * other links or without the preview if the platform's links cannot be used.
 */
export async function publish(manifest: Manifest, tools: PublishTools): Promise<PublishResult> {
  const { log, linkMaker, pages } = tools;
  if (!linkMaker || manifest.fileCount === 0)
    return { publication: withoutLinks(manifest), generated: new Set() };
  try {
    return await publishOnce(manifest, { ...tools, makeLinks: linkMaker.make });
  } catch (error) {
    if (linkMaker.fallBack(error)) return publish(manifest, tools);
    const required = pages.filter(({ isOptional = false }) => !isOptional);
    const isAboutPreview = error instanceof ActionError && error.code === 'preview-not-possible';
    if (!isAboutPreview || required.length === pages.length) throw error;
    log.info(`No preview: ${error.message}`);
    return publish(manifest, { ...tools, pages: required });
  }
}

type PublishOnceTools = Omit<PublishTools, 'linkMaker'> & { readonly makeLinks: MakeLinks };

async function publishOnce(manifest: Manifest, tools: PublishOnceTools): Promise<PublishResult> {
  const links = await tools.makeLinks(keysOf(manifest));
  const file = mainFile(manifest);
  const main = file && { name: file.name, url: links.url(file.key) };
  return writePages({ ...manifest, links, main }, links, tools);
}

/** A publication without links. */
export function withoutLinks(manifest: Manifest): Publication {
  return { ...manifest, links: undefined, main: undefined };
}

function keysOf({ files }: Manifest): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      for (const { key } of files()) yield key;
    },
  };
}

async function writePages(
  publication: Publication,
  links: Links,
  { log, makeLinks, pages, folder }: PublishOnceTools,
): Promise<PublishResult> {
  const { base } = folder;
  const generated = new Set<string>();
  const openings: (NamedLink & Pick<Page, 'opens'>)[] = [];
  const pageLinks = singleLinks(makeLinks, links);
  const linkTo = (name: string) => pageLinks.to(`${base}${name}`);
  for (const page of pages) {
    const names: string[] = [];
    for await (const { name, content, contentType, headers = {} } of await page.make(publication, linkTo)) {
      const body = typeof content === 'string' ? Buffer.from(content) : bodyOf(content);
      await writeObject(folder, name, { contentType, headers }, body);
      log.info(`Wrote ${name}, ${formatBytes(body.length)}`);
      names.push(name);
    }
    for (const name of names) generated.add(`${base}${name}`);
    if (names.length === 0) continue;
    const url = await linkTo(page.entry);
    openings.push({ name: page.label ?? page.entry, url, opens: page.opens });
  }
  const opening = (opens: Page['opens']) => {
    const found = openings.find((one) => one.opens === opens);
    return found && { name: found.name, url: found.url };
  };
  return {
    publication: {
      ...publication,
      links: { ...links, expiresAt: pageLinks.expiresAt() },
      main: opening('first') ?? publication.main ?? opening('last'),
      preview: opening('first'),
      index: opening('last'),
    },
    generated,
  };
}

/** Makes links one by one, each only once. `expiresAt` is the earliest expiry of these and of `others`. */
function singleLinks(makeLinks: MakeLinks, others: Links) {
  const made = new Map<string, string>();
  let { expiresAt } = others;
  return {
    to: async (key: string) => {
      const known = made.get(key);
      if (known !== undefined) return known;
      const link = await makeLinks([key]);
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

/** Writes an object of a page. It must not be cached, because its links expire. */
async function writeObject(
  { client, base, signal, explain }: Folder,
  name: string,
  {
    contentType,
    headers,
  }: { readonly contentType: string; readonly headers: Readonly<Record<string, string>> },
  body: RequestBody,
): Promise<void> {
  const put = {
    key: `${base}${name}`,
    contentType,
    headers: { ...headers, 'cache-control': 'no-store', ...generatedMark },
  };
  await putObject(client, put, body, { signal, ifAbsent: false }).catch(
    explain(`The page ${name} could not be written`),
  );
}
