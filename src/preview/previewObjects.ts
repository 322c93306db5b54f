import { createHash } from 'node:crypto';

import { previewCompanion } from '../generated/preview-companion.ts';
import { previewEntry } from '../generated/preview-entry.ts';
import { previewFrame } from '../generated/preview-frame.ts';
import { previewWorker } from '../generated/preview-worker.ts';
import type { GeneratedObject } from '../links/page.ts';
import type { Links, PublishedFile, Manifest } from '../links/manifest.ts';
import { createLinkTable } from '../links/signedLinks.ts';
import { firstPage } from './firstPage.ts';
import { isHtml } from '../files/webPages.ts';
import type { PreviewNames } from './previewNames.ts';
import type { PreviewOrigin, PreviewEntry, PreviewSite } from './previewData.ts';
import { type SiteFlags, siteFlagsHeader, formatSiteFlags } from './previewMetadata.ts';

export interface PreviewOptions {
  readonly names: PreviewNames;
  readonly flags: SiteFlags;
  /** Undefined if unknown. */
  readonly origin: PreviewOrigin | undefined;
}

/** Makes the data of the service worker. */
export function previewSite(
  { files }: Manifest,
  links: Links,
  { names, flags, origin }: PreviewOptions,
): PreviewSite {
  const all = [...files()];
  const fallback = fallbackOf(all, flags.fallback);
  const site: Omit<PreviewSite, 'id'> = {
    version: versionOf(all),
    ...names,
    names: all.map(({ name }) => name),
    etags: all.map(({ etag = '' }) => etag),
    links: createLinkTable(all, links),
    expiresAt: links.expiresAt ?? null,
    history: flags.history || fallback !== null,
    fallback,
    companion: previewCompanion,
    frame: flags.frame ? previewFrame : null,
    base: flags.base,
    isolated: flags.isolated,
    origin: origin ?? null,
  };
  const id = createHash('sha256')
    .update(JSON.stringify(site))
    .update(previewWorker)
    .digest('hex')
    .slice(0, 32);
  return { id, ...site };
}

/** Makes the service worker. Its metadata keeps the site flags for the step that renews the links. */
export function workerObject(site: PreviewSite, flags: SiteFlags): GeneratedObject {
  return {
    name: site.worker,
    contentType: 'text/javascript; charset=utf-8',
    // JavaScript engines parse JSON much faster than an object literal.
    content: `self.preview=JSON.parse(${JSON.stringify(JSON.stringify(site))});\n${previewWorker}\n`,
    headers: { [siteFlagsHeader]: formatSiteFlags(flags) },
  };
}

/**
 * Makes the entry page, which registers the service worker.
 * @param workerUrl the link to the worker
 */
export function entryObject(
  { title, files }: Manifest,
  links: Links,
  site: PreviewSite,
  workerUrl: string,
): GeneratedObject {
  const first = pageToOpen([...files()]);
  const entry: PreviewEntry = {
    title,
    worker: workerUrl,
    id: site.id,
    first: first ? { name: first.name, url: links.url(first.key) } : null,
  };
  return {
    name: site.entry,
    contentType: 'text/html; charset=utf-8',
    content: previewEntry.replace('{{data}}', () => JSON.stringify(entry).replaceAll('<', '\\u003c')),
  };
}

/** Changes with the content of any file: with its ETag or, if that is unknown, with its SHA-256 or size. */
function versionOf(files: readonly PublishedFile[]): string {
  const hash = createHash('sha256');
  for (const { name, etag, size, sha256 } of files)
    hash.update(JSON.stringify([name, etag ?? sha256 ?? size]));
  return hash.digest('hex').slice(0, 32);
}

function pageToOpen(files: readonly PublishedFile[]): PublishedFile | undefined {
  const first = firstPage(files.map(({ name }) => name));
  return files.find(({ name }) => name === first) ?? files.find(({ name }) => isHtml(name));
}

/** The page for paths without a file, if a rule says so or if `404.html` is a copy of `index.html`, as GitHub Pages needs it. */
function fallbackOf(files: readonly PublishedFile[], hasRule: boolean): string | null {
  const [index, copy] = ['index.html', '404.html'].map((page) => files.find(({ name }) => name === page));
  const isCopy = index?.etag !== undefined && index.etag === copy?.etag;
  return index && (hasRule || isCopy) ? index.name : null;
}
