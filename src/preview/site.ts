import type { LinkTable } from '../links/table.ts';

/** Who published a preview, and where that can be done again. */
export interface Origin {
  /** What the link below is, e.g. `pull request #7 of octo/site`. */
  readonly text: string;
  readonly url: string;
}

/** What a preview's worker knows of its site: it stands at the beginning of the worker's script, as JSON. */
export interface PreviewSite {
  /** Tells this worker from all others. */
  readonly id: string;
  /** Changes with the content of any file, and with nothing else. */
  readonly version: string;
  /** Names of the entry page and of the worker, which are in the site's folder. */
  readonly entry: string;
  readonly worker: string;
  /** Names of all files, relative to the site's folder. */
  readonly names: readonly string[];
  /** ETags of the files, without quotes; empty where one is not known. */
  readonly etags: readonly string[];
  readonly links: LinkTable;
  /** Milliseconds since the epoch at which the links end; null where nobody knows. */
  readonly endsAt: number | null;
  /** Whether the one page of the site routes by paths, so that what follows `#/` in the preview's link is such a path. */
  readonly history: boolean;
  /** A script that pages are given where the site could not work as it is; null for others, which are served byte by byte. */
  readonly companion: string | null;
  /** Where the preview can be published again; null where that is not known. */
  readonly origin: Origin | null;
}

/** What a preview's entry page knows: it stands in it, as JSON. */
export interface PreviewEntry {
  /** What is previewed, for the title of the window. */
  readonly title: string;
  /** The worker's link, and its {@link PreviewSite.id}. */
  readonly worker: string;
  readonly id: string;
  /** A page that can be looked at without the worker. */
  readonly first: { readonly name: string; readonly url: string } | null;
}

/** What the entry page asks the worker, with the fragment of its own address. */
export interface EntryQuestion {
  readonly fragment: string;
}

/** What the worker answers: who it is, and where the fragment leads. */
export interface EntryAnswer {
  readonly id: string;
  readonly url: string;
}
