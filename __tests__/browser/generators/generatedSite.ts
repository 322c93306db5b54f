/** What a build gets. All paths are absolute. */
export interface Place {
  /** URL path of the site's folder, with a slash at both ends. */
  readonly base: string;
  readonly output: string;
  /** URL of a static server with the sources of the site. */
  readonly origin: string;
  /** Path of Chromium's program. */
  readonly chromium: string;
}

/** A step on a site: a click, a reload or a step back, and a text that the page must then show. */
export interface Step {
  /** Locator of the element to click; `reload` and `back` are the buttons of the browser. */
  readonly act: string;
  readonly shows: string;
}

/** A program of the packages, its arguments, and variables. */
export interface Command {
  readonly program: readonly ['npm' | 'pip', string];
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface GeneratedSite {
  readonly name: string;
  /** The main package, whose version the table shows. */
  readonly package: string;
  /** The URL path that the site is built for: its folder, the root of a host, or a path as on GitHub Pages. */
  readonly builtFor: 'folder' | '/' | '/my-project/';
  readonly sources: Readonly<Record<string, string>>;
  readonly build: (place: Place) => readonly Command[];
  /** The page to open on the static server; empty for the folder itself. */
  readonly first?: string;
  readonly fallback?: string;
  readonly opens: string;
  readonly walk: readonly Step[];
  /** A page to open by its path after the walk, and a text of that page. */
  readonly deep?: { readonly path: string; readonly shows: string };
  /** Name of the file that the last step downloads. */
  readonly downloads?: string;
}

/** The locator of a link with this text. */
export const link = (text: string) => `a ::-p-text(${text})`;

/** What the sites of two Markdown pages show. */
export const tides = {
  opens: 'Tide tables',
  walk: [
    { act: `article ${link('moon')}`, shows: 'It pulls' },
    { act: 'reload', shows: 'It pulls' },
    { act: link('Back to the start'), shows: 'Read about the' },
    { act: 'back', shows: 'It pulls' },
  ],
  deep: { path: 'moon/', shows: 'It pulls' },
};
