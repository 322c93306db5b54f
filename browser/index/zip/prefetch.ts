import type { Fetcher, Source } from './fetching.ts';

/** A file in the order of the list: its whole content, a response to read from, or an error. */
export type Fetched<T extends Source> =
  | { readonly source: T; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly source: T; readonly answer: Response }
  | { readonly source: T; readonly error: unknown };

/** Browsers open six connections to a host. */
const parallel = 6;

/** Bytes. Larger files are streamed, one at a time. */
const smallLimit = 4 * 1024 ** 2;

/** Bytes and files that are fetched before it is their turn. */
const aheadLimit = { bytes: 32 * 1024 ** 2, files: 256 };

/** Fetches files in order. Small files are fetched in parallel, before it is their turn, because each one waits for the network once. */
export async function* fetchInOrder<T extends Source>(
  sources: readonly T[],
  fetcher: Fetcher,
): AsyncGenerator<Fetched<T>> {
  const ahead = new Map<number, Promise<Fetched<T>>>();
  const isSmall = ({ size }: Source) => size <= smallLimit;
  let [next, running, waiting] = [0, 0, 0];
  const fill = (now: number): void => {
    for (; next < sources.length && next < now + aheadLimit.files; next += 1) {
      const source = sources[next];
      if (!source) return;
      if (!isSmall(source)) continue;
      if (running >= parallel || (waiting > 0 && waiting + source.size > aheadLimit.bytes)) return;
      running += 1;
      waiting += source.size;
      const fetched = fetcher
        .whole(source)
        .then(
          (bytes): Fetched<T> => ({ source, bytes }),
          (error: unknown): Fetched<T> => ({ source, error }),
        )
        .finally(() => {
          running -= 1;
          fill(position);
        });
      ahead.set(next, fetched);
    }
  };
  let position = 0;
  for (const [index, source] of sources.entries()) {
    position = index;
    fill(index);
    const fetched = await (ahead.get(index) ?? opened(source, fetcher));
    ahead.delete(index);
    yield fetched;
    if (isSmall(source)) waiting -= source.size;
  }
}

async function opened<T extends Source>(source: T, fetcher: Fetcher): Promise<Fetched<T>> {
  try {
    return { source, answer: await fetcher.open(source) };
  } catch (error) {
    return { source, error };
  }
}
