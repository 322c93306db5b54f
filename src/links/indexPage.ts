import { indexPage } from '../generated/index-page.ts';
import { count, formatBytes, formatMoment } from '../text/format.ts';
import { type UploadChanges, etagPrint, noPrint } from '../sync/uploadChanges.ts';
import type { IndexPageChanges, IndexPageData } from './indexPageData.ts';
import type { Links, PublishedFile, Manifest } from './manifest.ts';
import { MostlyAlike } from './columns.ts';
import { packLinks } from './signedLinks.ts';

/** A manifest with links; `links` is undefined if none were requested. */
export interface ListedManifest extends Manifest {
  readonly links: Links | undefined;
}

/** When and where the page is made. */
export interface Making {
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
  /** The workflow run that makes it. */
  readonly run?: { readonly name: string; readonly url: string } | undefined;
}

/** With more origins than this, the Content-Security-Policy of the page allows all. */
const mostOrigins = 20;

/**
 * Renders the index page: one HTML file that lists the files with their links, and loads nothing else. Its pieces are made each time that they are
 * read. Untrusted text never becomes HTML, and only the script of the page may run.
 */
export function renderIndexPage(listed: ListedManifest, making: Making): Iterable<Buffer> {
  const { contents, origins } = gather(listed, making);
  const values: Readonly<Record<string, string>> = {
    title: escapeHtml(listed.title),
    origins: origins.size > mostOrigins ? 'https: http:' : [...origins].join(' '),
    about: escapeHtml(about(listed)),
  };
  const [before = '', after = ''] = indexPage
    .split('{{data}}')
    .map((text) =>
      text.replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => values[name] ?? placeholder),
    );
  return {
    *[Symbol.iterator]() {
      yield Buffer.from(before);
      for (const piece of jsonPieces(contents))
        yield Buffer.from(piece.replace(/[<\u2028\u2029]/g, escapeJson));
      yield Buffer.from(after);
    },
  };
}

/** Entries of an array that are serialized at a time. */
const sliceLength = 1_000;

/** The same data, with lists that are read one entry at a time. */
type Streamed<T> = T extends readonly (infer E)[]
  ? Iterable<E>
  : T extends object
    ? { readonly [K in keyof T]: Streamed<T[K]> }
    : T;

/** JSON in pieces. The columns of 100,000 files are 10 MB, which as one text would be in memory several times. */
function* jsonPieces(value: unknown): Generator<string> {
  if (typeof value === 'object' && value !== null && Symbol.iterator in value) {
    let separator = '[';
    for (const slice of slices(value as Iterable<unknown>)) {
      yield `${separator}${JSON.stringify(slice).slice(1, -1)}`;
      separator = ',';
    }
    yield separator === '[' ? '[]' : ']';
  } else if (typeof value === 'object' && value !== null) {
    for (const [index, [name, inner]] of Object.entries(value).entries()) {
      yield `${index > 0 ? ',' : '{'}${JSON.stringify(name)}:`;
      yield* jsonPieces(inner);
    }
    yield '}';
  } else yield JSON.stringify(value);
}

function* slices(entries: Iterable<unknown>): Generator<unknown[]> {
  let slice: unknown[] = [];
  for (const entry of entries) {
    slice.push(entry);
    if (slice.length < sliceLength) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}

/** Collects columns, links and origins of the links in one pass over the files. */
function gather(
  { title, workspace, destination, s3Uri, links, files, checksums, changes }: ListedManifest,
  { madeAt, run }: Making,
): { contents: Streamed<IndexPageData>; origins: ReadonlySet<string> } {
  const columns = emptyColumns(changes?.files);
  const origins = new Set<string>();
  const gathered = function* ({ url, parts }: Links) {
    for (const file of files()) {
      columns.add(file, madeAt);
      // Links that are built in the same way have the same origin.
      const place = parts && origins.size > 0 ? [] : originOf(url(file.key));
      for (const origin of place) origins.add(origin);
      yield file;
    }
  };
  const table = links ? packLinks(gathered(links), links) : null;
  if (!links) for (const file of files()) columns.add(file, madeAt);
  const contents = {
    title,
    workspace,
    destination,
    s3Uri,
    madeAt,
    run: run ?? null,
    signedBy: links?.signedBy ?? null,
    expiresAt: links?.expiresAt ?? null,
    links: table,
    ...columns.result(),
    checksums: checksums?.url === undefined ? null : { name: checksums.name, url: checksums.url },
    changes: changes ? { ...countsOf(changes), marks: columns.marks() } : null,
  };
  return { contents, origins };
}

function countsOf({ added, changed, gone, commit }: UploadChanges): Omit<IndexPageChanges, 'marks'> {
  return { added, changed: changed ?? null, gone, commit };
}

/** @param changed the files to mark as new or changed */
function emptyColumns(changed: UploadChanges['files'] | undefined) {
  const names: string[] = [];
  const sizes: number[] = [];
  const types = new MostlyAlike(0);
  const ages = new MostlyAlike(0);
  const sums = new MostlyAlike('');
  const prints = new MostlyAlike(noPrint);
  const marks = new MostlyAlike('.');
  const places = new Map<string, number>();
  return {
    add: ({ name, size, contentType, modified, sha256, etag }: PublishedFile, madeAt: number): void => {
      const place = places.get(contentType) ?? places.size;
      places.set(contentType, place);
      names.push(name);
      sizes.push(size);
      types.add(place);
      ages.add(modified === undefined ? 0 : Math.max(0, Math.round((madeAt - modified) / 1000)));
      sums.add(sha256 ?? '');
      prints.add(etagPrint(etag) ?? noPrint);
      marks.add(changed?.get(name)?.charAt(0) ?? '.');
    },
    marks: () => [...marks].join(''),
    result: () => ({
      names,
      sizes,
      types,
      mediaTypes: [...places.keys()],
      ages,
      sums: sums.areAlike() ? [] : sums,
      prints: prints.areAlike() || Iterator.from(sums).every(Boolean) ? '' : [...prints].join(''),
    }),
  };
}

/** The text of the page for readers without JavaScript. */
function about({ workspace, destination, fileCount, totalBytes, links }: ListedManifest): string {
  const where = destination
    ? `below ${destination} in the workspace ${workspace}`
    : `in the workspace ${workspace}`;
  const expiry =
    links?.expiresAt === undefined ? '' : ` The links expire at ${formatMoment(links.expiresAt)}.`;
  return `This page lists ${count(fileCount, 'file')} (${formatBytes(totalBytes)}) ${where}, with a link to each.${expiry}`;
}

/** The origin of a link. The strict pattern keeps a link from changing the Content-Security-Policy. */
function originOf(url: string): readonly string[] {
  return /^https?:\/\/[a-z0-9.:[\]-]+(?=[/?]|$)/i.exec(url) ?? [];
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"'\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) =>
    /[&<>"']/.test(character) ? `&#${character.charCodeAt(0)};` : '\ufffd',
  );
}

function escapeJson(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
