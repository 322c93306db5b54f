import type { Published } from './published.ts';

/** An object that this action writes of its own accord, from what is published: not counted, not in `urls`, and replaced freely. */
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
  /**
   * Its objects, the entry last, as they are written in this order; none where it has no place. `published` has links.
   * @param linkTo makes the link of an object that was generated before, by its name
   */
  readonly make: (
    published: Published,
    linkTo: (name: string) => Promise<string>,
  ) => Promise<readonly GeneratedObject[]> | AsyncIterable<GeneratedObject>;
}

/** The page with a link to each file. */
export const indexPageName = '_links.html';
