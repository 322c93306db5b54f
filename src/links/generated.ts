import type { Published } from './manifest.ts';

/** An object that this action generates from what is published. It is stored with the mark of such objects. */
export interface GeneratedObject {
  /** Relative to the destination. */
  readonly name: string;
  readonly content: string | Buffer;
  readonly contentType: string;
  /** Other headers to store it with, in lower case; `cache-control: no-store` is set for all of them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is generated from links, and written again whenever these are signed again. */
export interface Page {
  /** The name of the object that a link to this page opens. */
  readonly entry: string;
  /** What reports call it, after "Open"; the entry's name where there is none. */
  readonly label?: string;
  /** Whether the output `url` opens it before anything else, or only where there is neither a lone file nor an `index.html`. */
  readonly opens: 'first' | 'last';
  /** Whether the rest is published without it, where links do not suit it. */
  readonly isOptional?: boolean;
  /**
   * Its objects, the entry last, as they are written in this order; none where it has no place. `published` has links.
   * @param linkTo makes the link of an object that was generated before, by its name
   */
  readonly make: (
    published: Published,
    linkTo: (name: string) => Promise<string>,
  ) => Promise<readonly GeneratedObject[]> | AsyncIterable<GeneratedObject>;
}

/** The page with a link to each file; it gets the next of its names where a file has this one. */
export const indexPageName = '_links.html';

/** The n-th name of the index page, from 1 on. */
export function indexName(number: number): string {
  return number === 1 ? indexPageName : `_links-${number}.html`;
}
