import type { Clock } from '../http/clock.ts';
import type { Run } from '../hosts/host.ts';
import type { UploadInputs } from '../config/upload.ts';
import { type Page, indexName } from '../links/page.ts';
import { commitHeaders } from '../links/commitHeader.ts';
import type { Plan } from '../sync/plan.ts';
import { isGenerated } from '../files/headers.ts';
import { type ObjectHead, headObject } from '../storage/head.ts';
import { type PreviewNames, previewNames } from '../preview/previewNames.ts';
import type { StorageClient } from '../storage/client.ts';

/** Whether a file of the upload, or a stored file, has this name. */
export type IsTaken = (name: string) => Promise<boolean>;

/** The first name of the index page that no file has. */
export function freeIndexName(isTaken: IsTaken): Promise<string> {
  return firstFree(indexName, (name) => [name], isTaken);
}

/** The first names of a preview's two objects that no file has. */
export function freePreviewNames(isTaken: IsTaken): Promise<PreviewNames> {
  return firstFree(previewNames, ({ entry, worker }) => [entry, worker], isTaken);
}

async function firstFree<T>(
  namesOf: (number: number) => T,
  listed: (names: T) => readonly string[],
  isTaken: IsTaken,
): Promise<T> {
  for (let number = 1; ; number += 1) {
    const names = namesOf(number);
    const taken = await Promise.all(listed(names).map(isTaken));
    if (!taken.includes(true)) return names;
  }
}

/** Names of the pages that an upload generates. */
export interface PageNames {
  /** Undefined if only one file is uploaded. It needs no page. */
  readonly index: string | undefined;
  /** Undefined without a preview. */
  readonly preview: PreviewNames | undefined;
  /** The index page of the previous upload, which has the name `index`; undefined if there is none. */
  readonly earlier: ObjectHead | undefined;
}

/** Chooses the names of the pages that an upload will generate, before it uploads anything. Without links there are no pages. */
export async function pageNames(
  { links, preview }: Pick<UploadInputs, 'links'> & { readonly preview: boolean },
  { puts, base }: Plan,
  client: StorageClient,
): Promise<PageNames> {
  if (links === 'none') return { index: undefined, preview: undefined, earlier: undefined };
  const isOwn = (name: string) => puts.some((put) => put.name === name || put.name.startsWith(`${name}/`));
  const generated = new Map<string, ObjectHead>();
  const isTaken = async (name: string) => {
    if (isOwn(name)) return true;
    const head = await headObject(client, `${base}${name}`);
    if (!head) return false;
    generated.set(name, head);
    return !isGenerated(head.headers);
  };
  const [index, previewPair] = await Promise.all([
    puts.length > 1 ? freeIndexName(isTaken) : undefined,
    preview ? freePreviewNames(isTaken) : undefined,
  ]);
  return { index, preview: previewPair, earlier: index === undefined ? undefined : generated.get(index) };
}

/** The keys of the pages' objects. */
export function pageKeys({ index, preview }: Omit<PageNames, 'earlier'>, base: string): string[] {
  return [index, preview?.entry, preview?.worker].flatMap((name) =>
    name === undefined ? [] : [`${base}${name}`],
  );
}

/** The index page to write. */
export interface IndexPageOptions {
  readonly name: string;
  /** SHA of the commit of the files; empty if unknown. A later upload says what changed since this commit. */
  readonly commit: string;
}

/**
 * The pages with links, in the order in which they are written.
 * @param run the index page names it, so that readers of expired links can run it again
 * @param index undefined for none
 * @param preview undefined for none
 */
export function pagesFor(
  clock: Clock,
  run: Run,
  index: IndexPageOptions | undefined,
  preview: Page | undefined,
): readonly Page[] {
  return [...(index === undefined ? [] : [indexPage(clock, run, index)]), ...(preview ? [preview] : [])];
}

/** The page with a link to each file. It is written only for more than one file. */
function indexPage(clock: Clock, { label, url }: Run, { name, commit }: IndexPageOptions): Page {
  const run = label === undefined ? undefined : { name: label, url };
  return {
    entry: name,
    label: 'all files',
    opens: 'last',
    make: async (published) => {
      if (published.fileCount < 2) return [];
      const { renderIndexPage } = await import('../links/indexPage.ts');
      const content = renderIndexPage(published, { madeAt: clock.now(), run });
      const headers = commitHeaders(commit);
      return [{ name, content, contentType: 'text/html; charset=utf-8', headers }];
    },
  };
}
