import type { Publication } from './manifest.ts';

/** An object that the action generates. It is stored with `generatedMark` in its metadata. */
export interface GeneratedObject {
  /** Relative to the destination. */
  readonly name: string;
  /** A large page is made in pieces, each time that it is read, because it takes 100 bytes of memory for each file. */
  readonly content: string | Iterable<Buffer>;
  readonly contentType: string;
  /** Additional headers to store it with, names in lower case. All generated objects have `cache-control: no-store`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A page that contains links. It is written again whenever the links are signed again. */
export interface Page {
  /** The name of the object that a link to this page opens. */
  readonly entry: string;
  /** What reports write after "Open"; by default the name of the entry. */
  readonly label?: string;
  /** `first`: the output `url` opens this page. `last`: only if the upload is not a single file and has no `index.html`. */
  readonly opens: 'first' | 'last';
  /** Publish the other pages without this one if it cannot work with the links. */
  readonly isOptional?: boolean;
  /**
   * Makes the objects of the page in the order in which they are written, the entry last. It makes none if the page cannot work.
   * @param published has links
   * @param linkTo signs the link of an object that was generated before, by its name
   */
  readonly make: (
    published: Publication,
    linkTo: (name: string) => Promise<string>,
  ) => Promise<readonly GeneratedObject[]> | AsyncIterable<GeneratedObject>;
}

/** The index page, which links to each file. If the user has a file of this name, the index page gets the next number. */
export const indexPageName = '_links.html';

/** @param number from 1 */
export function indexName(number: number): string {
  return number === 1 ? indexPageName : `_links-${number}.html`;
}
