import { makeZip } from 'client-zip';

import { count } from '../../../src/text/format.ts';
import { FetchError, type Source, chunksOf, createFetcher } from './fetching.ts';
import { freeName, zipNames } from '../zipNames.ts';
import { fetchInOrder } from './prefetch.ts';
import { openSink } from './sink.ts';

/** A file for the zip. */
export interface Item extends Source {
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

export interface Job {
  readonly items: readonly Item[];
  readonly signal: AbortSignal;
  readonly hasExpired: () => boolean;
  /** Called often: bytes that arrived, and files that are in the zip. */
  readonly onProgress: (bytes: number, files: number) => void;
}

/** A file that is not in the zip, or not wholly. */
export interface Failure {
  readonly path: string;
  readonly reason: string;
}

export interface Zip {
  readonly blob: Blob;
  readonly failures: readonly Failure[];
}

/** With more files, client-zip 2.5.1 writes a zip without their number. */
export const mostFiles = 65_000;

/** The size of a zip: each entry has its name twice, and less than 160 bytes of headers. */
function zipSize(items: readonly { readonly path: string; readonly size: number }[]): number {
  return items.reduce((sum, { path, size }) => sum + size + 160 + 6 * path.length, 1_000);
}

/**
 * Makes a zip of files while they are fetched. What fails is listed in the zip, in `_failed.txt`.
 * @throws Error if the zip cannot be stored, or if all files failed; the reason of `signal` after a cancellation
 */
export async function makeZipOf({ items, signal, hasExpired, onProgress }: Job): Promise<Zip> {
  const own = new AbortController();
  const stop = (): void => own.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  signal.throwIfAborted();
  const progress = { bytes: 0, files: 0 };
  const onBytes = (length: number): void => {
    progress.bytes += length;
    onProgress(progress.bytes, progress.files);
  };
  const sink = await openSink(zipSize(items));
  try {
    const fetcher = createFetcher({ signal: own.signal, hasExpired, onBytes });
    const failures: Failure[] = [];
    const onFile = (): void => onProgress(progress.bytes, (progress.files += 1));
    const entries = entriesOf(items, fetcher, failures, onFile);
    for await (const chunk of chunksOf(makeZip(entries) as ReadableStream<Uint8Array<ArrayBuffer>>)) {
      own.signal.throwIfAborted();
      await sink.write(chunk === spoiled ? new Uint8Array([255]) : chunk);
    }
    if (failures.length === items.length) throw new FetchError(failures[0]?.reason ?? 'There are no files.');
    return { blob: await sink.finish(), failures };
  } catch (error) {
    own.abort(error);
    await sink.discard();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * The last byte of a file that was cut, which is replaced after its checksum was computed. So programs that unpack the zip report the file, and
 * do not take it for the whole.
 */
const spoiled = new Uint8Array([0]);

interface Entry {
  readonly name: string;
  readonly lastModified?: Date;
  readonly input: Uint8Array<ArrayBuffer> | string | AsyncIterable<Uint8Array<ArrayBuffer>>;
}

async function* entriesOf(
  items: readonly Item[],
  fetcher: ReturnType<typeof createFetcher>,
  failures: Failure[],
  onFile: () => void,
): AsyncGenerator<Entry> {
  const names = zipNames(items.map(({ path }) => path));
  const fail = (path: string, error: unknown): void => {
    if (!(error instanceof FetchError)) throw error;
    failures.push({ path, reason: error.message });
  };
  let index = 0;
  for await (const fetched of fetchInOrder(items, fetcher)) {
    const { source } = fetched;
    const entry = { name: names[index] ?? source.path, lastModified: new Date(source.modified) };
    index += 1;
    if ('error' in fetched) fail(source.path, fetched.error);
    else if ('bytes' in fetched) yield { ...entry, input: fetched.bytes };
    else
      yield {
        ...entry,
        input: spoiledIfCut(fetcher.body(source, fetched.answer), (error) => fail(source.path, error)),
      };
    onFile();
  }
  if (failures.length === 0 || failures.length === items.length) return;
  yield { name: freeName('_failed.txt', new Set(names)), input: failureList(failures, items.length) };
}

async function* spoiledIfCut(
  bytes: AsyncIterable<Uint8Array<ArrayBuffer>>,
  onFailure: (error: unknown) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    yield* bytes;
  } catch (error) {
    onFailure(error);
    yield spoiled;
  }
}

/** The text file in the zip that lists what failed. */
function failureList(failures: readonly Failure[], all: number): string {
  const lines = failures.map(({ path, reason }) => `${path}\n    ${reason}`);
  return `${failures.length} of ${count(all, 'file')} failed.\n\n${lines.join('\n')}\n`;
}
