/** Results of the site check that the preview needs, also after its links are renewed. */
export interface SiteFlags {
  /** Whether the site has one page and routes by path (see `PreviewSite.history`). */
  readonly history: boolean;
  /** Whether the router of the site needs the paths of a host's root, so that a frame shows the site (see `browser/preview/frame.ts`). */
  readonly frame: boolean;
  /** Whether `_redirects` has the rule that `index.html` answers all paths without a file. */
  readonly fallback: boolean;
  /** Whether a service worker of the site makes its pages cross-origin isolated (see `PreviewSite.isolated`). */
  readonly isolated: boolean;
  /** The path that the site was built for (see `PreviewSite.base`). */
  readonly base: string;
}

/** The metadata header of the worker that stores the flags. */
export const siteFlagsHeader = 'x-amz-meta-preview';

/** The flags of a site that was not checked. */
export const unknownSiteFlags: SiteFlags = {
  history: false,
  frame: false,
  fallback: false,
  isolated: false,
  base: '/',
};

export function formatSiteFlags(flags: SiteFlags): string {
  const { base, ...others } = flags;
  const words = Object.entries(others).map(([word, value]) => `${word}=${String(value)}`);
  return [...words, ...(base === '/' ? [] : [`base=${base}`])].join(' ');
}

/**
 * The flags of a worker. A flag that was added after the worker was written is false, and a flag that no longer exists is ignored.
 * @returns undefined if {@link formatSiteFlags} did not write the text
 */
export function parseSiteFlags(text: string | undefined): SiteFlags | undefined {
  const [, flags, base = '/'] = format.exec(text ?? '') ?? [];
  if (flags === undefined) return undefined;
  const words = new Set(flags.split(' '));
  const has = (word: keyof SiteFlags) => words.has(`${word}=true`);
  return {
    history: has('history'),
    frame: has('frame'),
    fallback: has('fallback'),
    isolated: has('isolated'),
    base,
  };
}

const format = /^(\w+=(?:true|false)(?: \w+=(?:true|false))*)(?: base=(\/\S*\/))?$/;
