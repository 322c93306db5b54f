import { createHash } from 'node:crypto';

import { buckets } from '../../../platform/catalogue.ts';
import type { Platform } from '../../../platform/platform.ts';
import { parseLinkList } from '../../../src/links/linkList.ts';
import type { PreviewSite } from '../../../src/preview/previewData.ts';
import { expandLink } from '../../../src/links/linkTable.ts';

/** An object of the storage. */
export interface Stored {
  readonly text: string;
  /** When it was stored, in milliseconds since the epoch. */
  readonly time: number;
  /** A file of the user, not a generated object. All files of the model begin with one of two words. */
  readonly isOwn: boolean;
}

/** All objects of the bucket, by key. */
export type Snapshot = ReadonlyMap<string, Stored>;

const isOwnText = (text: string) => /^(?:file|own|<!-- file)\b/.test(text);

/** Contents by ETag, which never change. */
const known = new Map<string, string>();

/** @returns undefined if another client changed an object meanwhile */
async function readOnce({ store }: Platform): Promise<Snapshot | undefined> {
  const objects = new Map<string, Stored>();
  for (const { key, etag, lastModified } of await store.list(buckets.outputs, '')) {
    let text = known.get(etag);
    if (text === undefined) {
      const found = await store.get(buckets.outputs, key).catch(() => undefined);
      if (found === undefined || createHash('md5').update(found.body).digest('hex') !== etag)
        return undefined;
      text = found.body.toString();
      known.set(etag, text);
    }
    objects.set(key, { text, time: lastModified.getTime(), isOwn: isOwnText(text) });
  }
  return objects;
}

/** What the storage holds. @returns undefined if it never stays the same for long enough */
export async function snapshot(platform: Platform): Promise<Snapshot | undefined> {
  for (let tries = 0; tries < 20; tries += 1) {
    const objects = await readOnce(platform);
    if (objects) return objects;
  }
  return undefined;
}

/** The objects below a folder, by names relative to it. */
export function below(objects: Snapshot, base: string): Map<string, Stored> {
  return new Map(
    [...objects].flatMap(([key, object]) =>
      key.startsWith(base) && key !== base ? [[key.slice(base.length), object] as const] : [],
    ),
  );
}

/** A link of a generated page. */
interface PageLink {
  readonly name: string;
  readonly url: string;
}

/** The links of a generated page; undefined if it is another object. */
export function linksOf(key: string, { text, isOwn }: Stored): readonly PageLink[] | undefined {
  if (isOwn) return undefined;
  if (/\/_links(?:-\d+)?\.html$/.test(key))
    return parseLinkList(text, { where: key, plainHttp: true }).files.map(({ name, source }) => ({
      name,
      url: source,
    }));
  if (!/\/_preview(?:-\d+)?-worker\.js$/.test(key)) return undefined;
  const [, json = '""'] = /^self\.preview=JSON\.parse\((".*")\);$/m.exec(text) ?? [];
  const { names, links } = JSON.parse(JSON.parse(json) as string) as PreviewSite;
  return names.map((name, index) => ({ name, url: expandLink(links, name, index) }));
}

/** The key that a link opens. */
export function keyOf(url: string): string {
  const [, , ...segments] = decodeURIComponent(new URL(url).pathname).split('/');
  return segments.join('/');
}

/** Generated pages with a link to an object that does not exist. */
export function danglingPages(objects: Snapshot): Set<string> {
  const dangling = [...objects].filter(([key, object]) =>
    linksOf(key, object)?.some(({ url }) => !objects.has(keyOf(url))),
  );
  return new Set(dangling.map(([key]) => key));
}
