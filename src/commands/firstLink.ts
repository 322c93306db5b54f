import type { ComparedPlan } from './compare.ts';
import type { LinkMaker } from './createLinks.ts';

/** The link of the first file. It is requested while the last files are uploaded, so that the run does not wait for it afterwards. */
export interface FirstLink {
  readonly request: () => void;
  /** Call it for each stored object: the link is tested when its object is stored. */
  readonly onStored: (key: string) => void;
  /** Call it if the upload fails: the link is not tested then. Throws the error. */
  readonly onFailure: (error: unknown) => never;
}

/** @param linkMaker undefined with `links: none` */
export function openFirstLink(
  linkMaker: Pick<LinkMaker, 'prefetch'> | undefined,
  { puts, unchanged }: Pick<ComparedPlan, 'puts' | 'unchanged'>,
): FirstLink {
  const [first] = puts;
  const key = first?.key;
  const stored = Promise.withResolvers<undefined>();
  stored.promise.catch(() => undefined);
  if (first && unchanged.includes(first)) stored.resolve(undefined);
  return {
    request: () => {
      if (key === undefined) return;
      // The error is thrown where the links are made.
      linkMaker?.prefetch(key, puts.length, stored.promise).catch(() => undefined);
    },
    onStored: (storedKey) => {
      if (storedKey === key) stored.resolve(undefined);
    },
    onFailure: (error) => {
      stored.reject(error);
      throw error;
    },
  };
}
