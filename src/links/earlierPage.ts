import * as v from 'valibot';

import type { StorageClient } from '../storage/client.ts';
import type { ObjectHead } from '../storage/head.ts';
import { type EarlierUpload, noPrint, printLength } from '../sync/uploadChanges.ts';
import { parseJson } from '../text/json.ts';
import { commitOf } from './commitHeader.ts';
import { indexPageJson } from './linkList.ts';

/** Bytes of the largest index page that is read: 40,000 files. */
const maxPageBytes = 8 * 1024 ** 2;

/** Milliseconds to read it. It is read while the files are compared and uploaded. */
const deadlineMs = 30_000;

/**
 * Reads the index page that the previous upload has written. Call it before this upload replaces the page.
 * @returns undefined for a page that is too large or has another form
 * @throws as {@link StorageClient.send}
 */
export async function readEarlierUpload(
  client: StorageClient,
  key: string,
  head: ObjectHead,
  signal: AbortSignal,
): Promise<EarlierUpload | undefined> {
  if (head.size > maxPageBytes) return undefined;
  const { body } = await client.send({
    method: 'GET',
    path: client.path(key),
    headers: { 'accept-encoding': 'identity' },
    keepBytes: maxPageBytes,
    signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
  });
  return parseEarlierUpload(body, commitOf(head));
}

/** `v.array` makes an object for each entry, and a page has many. */
function list<T>(isEntry: (entry: unknown) => entry is T) {
  return v.custom<readonly T[]>((value) => Array.isArray(value) && value.every(isEntry));
}

const texts = list((entry) => typeof entry === 'string');
const numbers = list((entry) => typeof entry === 'number');

/** See `IndexPageData`. */
const pageSchema = v.object({
  names: texts,
  sizes: numbers,
  sums: v.fallback(texts, []),
  prints: v.fallback(v.string(), ''),
});

/** Reads the files from the HTML of an index page; undefined if it has another form. */
export function parseEarlierUpload(html: string, commit: string): EarlierUpload | undefined {
  const page = v.safeParse(pageSchema, parseJson(indexPageJson(html) ?? ''));
  if (!page.success) return undefined;
  const { names, sizes, sums, prints } = page.output;
  const files = new Map(
    names.map((name, index) => {
      const print = prints.slice(index * printLength, (index + 1) * printLength);
      return [
        name,
        {
          size: sizes[index] ?? NaN,
          sha256: sums[index] === '' ? undefined : sums[index],
          print: print === '' || print === noPrint ? undefined : print,
        },
      ];
    }),
  );
  return { commit, files };
}
