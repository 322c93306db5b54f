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
  published: Publication,
  links: Links,
  tools: PublishOnceTools,
): Promise<PublishResult> {
  const { log, makeLinks, pages, folder } = tools;
  const pageLinks = singleLinks(makeLinks, links);
  const { checksums } = published;
  const publication = {
    ...published,
    checksums: checksums && { ...checksums, url: await pageLinks.to(checksums.key) },
  };
  // Pages do not depend on each other, so they are written at the same time.
  const results = await Promise.allSettled(
    pages.map((page) => writePage(page, publication, pageLinks, folder)),
  );
  const written = results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
  for (const { name, length } of written.flatMap(({ objects }) => objects))
    log.info(`Wrote ${name}, ${formatBytes(length)}`);
  const opening = (opens: Page['opens']) => written.find(({ page }) => page.opens === opens)?.opening;
  return {
    publication: {
      ...publication,
      links: { ...links, expiresAt: pageLinks.expiresAt() },
      main: opening('first') ?? publication.main ?? opening('last'),
      preview: opening('first'),
      index: opening('last'),
    },
    generated: new Set(written.flatMap(({ objects }) => objects.map(({ name }) => `${folder.base}${name}`))),
  };
}

interface WrittenPage {
  readonly page: Page;
  readonly objects: readonly { readonly name: string; readonly length: number }[];
  /** Undefined if the page has no objects. */
  readonly opening: NamedLink | undefined;
}

/** Writes the objects of a page one after the other. The link of an object is requested while it is written. */
async function writePage(
  page: Page,
  publication: Publication,
  pageLinks: PageLinks,
  folder: Folder,
): Promise<WrittenPage> {
  const objects: { name: string; length: number }[] = [];
  const linkTo = (name: string) => pageLinks.to(`${folder.base}${name}`);
  for await (const { name, content, contentType, headers = {} } of await page.make(publication, linkTo)) {
    const body = typeof content === 'string' ? Buffer.from(content) : bodyOf(content);
    const writing = writeObject(folder, name, { contentType, headers }, body);
    void pageLinks.request(`${folder.base}${name}`, writing);
    await writing;
    objects.push({ name, length: body.length });
  }
  if (objects.length === 0) return { page, objects, opening: undefined };
  return { page, objects, opening: { name: page.label ?? page.entry, url: await linkTo(page.entry) } };
}

type PageLinks = ReturnType<typeof singleLinks>;

/** Makes links one by one, each only once. `expiresAt` is the earliest expiry of these and of `others`. */
function singleLinks(makeLinks: MakeLinks, others: Links) {
  const made = new Map<string, Promise<string>>();
  let { expiresAt } = others;
  const make = async (key: string, stored: Promise<unknown>) => {
    const link = await makeLinks([key], stored);
    expiresAt =
      expiresAt === undefined || link.expiresAt === undefined
        ? undefined
        : Math.min(expiresAt, link.expiresAt);
    return link.url(key);
  };
  const request = (key: string, stored: Promise<unknown>) => {
    const link = made.get(key) ?? make(key, stored);
    made.set(key, link);
    // The error is thrown where the link is used.
    link.catch(() => undefined);
    return link;
  };
  return {
    /** @param stored resolves when the object is stored */
    request,
    to: (key: string) => request(key, Promise.resolve()),
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
