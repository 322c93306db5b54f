import type { LinkTable } from '../links/linkTable.ts';

/** Where a preview comes from: the page on which it can be published again. */
export interface PreviewOrigin {
  /** The text of the link, e.g. `pull request #7 of octo/site`. */
  readonly text: string;
  readonly url: string;
}

/** The data of a preview's service worker. It is at the start of the worker's script, as JSON. */
export interface PreviewSite {
  /** Unique for each worker. */
  readonly id: string;
  /** Changes only with the content of a file. */
  readonly version: string;
  /** Names of the entry page and of the worker. Both are in the site's folder. */
  readonly entry: string;
  readonly worker: string;
  /** Names of all files, relative to the site's folder. */
  readonly names: readonly string[];
  /** ETags of the files, without quotes; an empty text if unknown. */
  readonly etags: readonly string[];
  readonly links: LinkTable;
  /** When the links expire, in milliseconds since the epoch; null if unknown. */
  readonly expiresAt: number | null;
  /** Whether the site has one page and routes by path. The text after `#/` in the preview's link is then a path. */
  readonly history: boolean;
  /** The page for paths without a file; null if the names of the files decide (see `createRoutes`). */
  readonly fallback: string | null;
  /** A script that the worker adds to pages. Some features of sites do not work without it, e.g. downloads that scripts start. */
  readonly companion: string;
  /** The page that shows the site in a frame, where the site sees the paths of a host's root; null if the site needs no frame. */
  readonly frame: string | null;
  /** The URL path that the site was built for, with a slash at both ends. Its pages may load `/my-project/app.js`, which is `app.js`. */
  readonly base: string;
  /** Whether the pages are cross-origin isolated, which some sites do with a service worker. */
  readonly isolated: boolean;
  /** Null if unknown. */
  readonly origin: PreviewOrigin | null;
}

/** The data of a preview's entry page. The page contains it as JSON. */
export interface PreviewEntry {
  /** The title of the window. */
  readonly title: string;
  /** The link to the worker, and its {@link PreviewSite.id}. */
  readonly worker: string;
  readonly id: string;
  /** A page to show if the worker cannot run. */
  readonly first: { readonly name: string; readonly url: string } | null;
}

/** The message from the entry page to the worker, with the fragment of the page's address. */
export interface EntryQuestion {
  readonly fragment: string;
}

/** The answer of the worker: its id, and the URL for the fragment. */
export interface EntryAnswer {
  readonly id: string;
  readonly url: string;
}
