import { createHash } from 'node:crypto';

import { type Snapshot, type Stored, below } from './world.ts';

/** What a step does. The model derives the state after it only from this and from the state before. */
export interface Upload {
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
  readonly deleteStale: boolean;
  readonly preview: 'auto' | 'false';
  readonly overwrite: 'always' | 'changed' | 'never';
  readonly links: 'session' | 'none';
  readonly checksums: boolean;
}

export interface Removal {
  readonly folder: string;
  readonly keepLast: number | undefined;
  /** Milliseconds; undefined for all. */
  readonly olderThan: number | undefined;
}

/** The state after a step that succeeds. */
export interface Outcome {
  /** Texts of the user's files by key. */
  readonly own: ReadonlyMap<string, string>;
  /** Keys of generated objects. */
  readonly generated: ReadonlySet<string>;
  /** The generated objects that the step wrote. */
  readonly written: ReadonlySet<string>;
}

export const baseOf = (folder: string) => `ci/${folder}/`;

const sumsName = 'SHA256SUMS';

export const ownOf = (objects: Snapshot) =>
  new Map([...objects].flatMap(([key, { text, isOwn }]) => (isOwn ? [[key, text] as const] : [])));
export const generatedOf = (objects: Snapshot) =>
  new Set([...objects].flatMap(([key, { isOwn }]) => (isOwn ? [] : [key])));

/** The first of the names that is free, with a number from 2 on. */
function firstFree(names: (suffix: string) => string[], isTaken: (name: string) => boolean): string[] {
  for (let number = 1; ; number += 1) {
    const made = names(number === 1 ? '' : `-${number}`);
    if (!made.some(isTaken)) return made;
  }
}

const indexNames = (suffix: string) => [`_links${suffix}.html`];
const previewNames = (suffix: string) => [`_preview${suffix}.html`, `_preview${suffix}-worker.js`];

/** The code of the error with which an upload must be refused before it changes anything; undefined if it must succeed. */
export function uploadRefusal(
  before: Snapshot,
  { folder, files, overwrite, checksums }: Upload,
): string | undefined {
  const there = below(before, baseOf(folder));
  for (const [name, text] of Object.entries(files)) {
    const segments = name.split('/');
    for (let end = 1; end < segments.length; end += 1)
      if (there.has(segments.slice(0, end).join('/'))) return 'name-taken';
    if ([...there.keys()].some((key) => key.startsWith(`${name}/`))) return 'name-taken';
    const old = there.get(name);
    if (overwrite === 'never' && old?.isOwn && old.text !== text) return 'object-exists';
  }
  return checksums && there.get(sumsName)?.isOwn ? 'name-taken' : undefined;
}

/** The state after an upload. */
export function afterUpload(before: Snapshot, upload: Upload): Outcome {
  const { folder, files, deleteStale, preview, links, checksums } = upload;
  const base = baseOf(folder);
  const there = below(before, base);
  const names = Object.keys(files);
  const isTaken = (name: string) => name in files || there.get(name)?.isOwn === true;
  const hasLinks = links !== 'none';
  const loads = /src="(.*?)"/.exec(files['index.html'] ?? '')?.[1];
  const hasPreview = hasLinks && preview === 'auto' && loads !== undefined && loads in files;
  const written = [
    ...(hasLinks && names.length > 1 ? firstFree(indexNames, isTaken) : []),
    ...(hasPreview ? firstFree(previewNames, isTaken) : []),
    ...(checksums ? [sumsName] : []),
  ].map((name) => `${base}${name}`);
  const [own, generated] = [ownOf(before), generatedOf(before)];
  if (deleteStale)
    for (const name of there.keys()) {
      own.delete(`${base}${name}`);
      generated.delete(`${base}${name}`);
    }
  for (const [name, text] of Object.entries(files)) {
    own.set(`${base}${name}`, text);
    generated.delete(`${base}${name}`);
  }
  return { own, generated: new Set([...generated, ...written]), written: new Set(written) };
}

/** The state after links were renewed; undefined if there is no file to link. */
export function afterLinks(before: Snapshot, folder: string): Outcome | undefined {
  const base = baseOf(folder);
  const there = below(before, base);
  const own = [...there].filter(([, { isOwn }]) => isOwn);
  if (own.length === 0) return undefined;
  const index = own.length > 1 ? firstFree(indexNames, (name) => there.get(name)?.isOwn === true) : [];
  const written = new Set(index.map((name) => `${base}${name}`));
  return { own: ownOf(before), generated: new Set([...generatedOf(before), ...written]), written };
}

/** Keys that a removal deletes. @param now milliseconds since the epoch */
export function removedKeys(
  before: Snapshot,
  { folder, keepLast, olderThan = 0 }: Removal,
  now: number,
): Set<string> {
  const base = baseOf(folder);
  const there = below(before, base);
  const isOld = ({ time }: Pick<Stored, 'time'>) => olderThan === 0 || time < now - olderThan;
  if (keepLast !== undefined) {
    const times = new Map<string, number>();
    for (const [name, { time, isOwn }] of there) {
      const [first = '', ...rest] = name.split('/');
      if (rest.length > 0) times.set(first, Math.max(times.get(first) ?? 0, isOwn ? time : 0));
    }
    const newestFirst = [...times.values()].sort((a, b) => b - a);
    const last = newestFirst[keepLast - 1] ?? 0;
    const gone = [...times].filter(
      ([, time]) => newestFirst.length > keepLast && time < last && isOld({ time }),
    );
    const folders = new Set(gone.map(([name]) => name));
    const keys = [...there.keys()].filter(
      (name) => name.includes('/') && folders.has(name.split('/')[0] ?? ''),
    );
    return new Set(keys.map((name) => `${base}${name}`));
  }
  const kept = [...there].filter(([, object]) => object.isOwn && !isOld(object)).map(([name]) => name);
  const gone = [...there].filter(([name, object]) => {
    const place = name.slice(0, name.lastIndexOf('/') + 1);
    return isOld(object) || (!object.isOwn && !kept.some((one) => one.startsWith(place)));
  });
  return new Set(gone.map(([name]) => `${base}${name}`));
}

/** Throws unless the storage holds exactly this. */
export function expectExactly(now: Snapshot, { own, generated }: Omit<Outcome, 'written'>): void {
  for (const [key, text] of own) {
    const found = now.get(key);
    if (found === undefined) throw new Error(`${key} is missing`);
    if (found.text !== text) throw new Error(`${key} holds '${found.text.slice(0, 80)}', not '${text}'`);
  }
  for (const key of generated) if (now.get(key)?.isOwn !== false) throw new Error(`${key} is not generated`);
  for (const key of now.keys())
    if (!own.has(key) && !generated.has(key)) throw new Error(`${key} should not be there`);
}

/**
 * Throws if an upload that ends at this moment leaves something that the contract forbids: another object has changed, a page is there before
 * the files that it leads to, or an object is deleted before everything is stored.
 */
export function expectUploadMoment(before: Snapshot, now: Snapshot, upload: Upload): void {
  const after = afterUpload(before, upload);
  const base = baseOf(upload.folder);
  const isStored = (name: string) => now.get(`${base}${name}`)?.text === upload.files[name];
  const names = Object.keys(upload.files);
  const missing = names.filter((name) => !isStored(name));
  const isChanged = (key: string) => now.get(key)?.text !== before.get(key)?.text;
  for (const key of new Set([...before.keys(), ...now.keys()])) {
    if (!isChanged(key)) continue;
    const name = key.slice(base.length);
    const isFile = key.startsWith(base) && name in upload.files;
    if (isFile) {
      if (!isStored(name)) throw new Error(`${key} is neither the former object nor the file`);
      const others = missing.filter((one) => !/(?:^|\/)index\.html$/.test(one));
      if (name === 'index.html' && others.length > 0)
        throw new Error(`${key} is stored before ${others.join(', ')}`);
    } else {
      const isWritten = after.written.has(key) && now.has(key);
      const isStale = upload.deleteStale && key.startsWith(base) && !now.has(key);
      if (!isWritten && !isStale) throw new Error(`${key} is not of this upload, and has changed`);
      if (missing.length > 0) throw new Error(`${key} has changed before ${missing.join(', ')} is stored`);
      const unwritten = [...after.written].filter((page) => !now.has(page));
      if (isStale && unwritten.length > 0)
        throw new Error(`${key} is deleted before ${unwritten.join(', ')} is written`);
    }
  }
}

const isEntry = (key: string) =>
  /(?:^|\/)(?:index\.html|SHA256SUMS|_links(?:-\d+)?\.html|_preview(?:-\d+)?(?:\.html|-worker\.js))$/.test(
    key,
  );

/** Throws if a removal that ends at this moment leaves a page without the files that it loads, or has changed another object. */
export function expectRemovalMoment(before: Snapshot, now: Snapshot, removed: ReadonlySet<string>): void {
  for (const [key, { text }] of before) {
    if (now.get(key)?.text === text) continue;
    if (!removed.has(key) || now.has(key)) throw new Error(`${key} must stay, and has changed`);
    if (isEntry(key)) continue;
    const entry = [...removed].find((one) => isEntry(one) && now.has(one));
    if (entry !== undefined) throw new Error(`${key} is deleted before ${entry}`);
  }
}

/** Throws unless `SHA256SUMS` has the digests of all files of the upload, and no others. */
export function expectSums(now: Snapshot, { folder, files }: Upload): void {
  const lines = Object.entries(files).map(
    ([name, text]) => `${createHash('sha256').update(text).digest('hex')}  ${name}`,
  );
  const found =
    now
      .get(`${baseOf(folder)}${sumsName}`)
      ?.text.trim()
      .split('\n') ?? [];
  if (found.sort().join('\n') !== lines.sort().join('\n')) throw new Error(`${sumsName}: ${found.join()}`);
}
