/** Results of the site check that the preview needs, also after its links are renewed. */
export interface SiteFlags {
  /** Whether pages need the companion to work (see `browser/preview/companion.ts`). */
  readonly companion: boolean;
  /** Whether the site has one page and routes by path (see `PreviewSite.history`). */
  readonly history: boolean;
  /** Whether the router of the site needs the paths of a host's root, so that a frame shows the site (see `browser/preview/frame.ts`). */
  readonly frame: boolean;
}

/** The metadata header of the worker that stores the flags. */
export const siteFlagsHeader = 'x-amz-meta-preview';

/** The flags of a site that was not checked. The companion does no harm if it is not needed. */
export const unknownSiteFlags: SiteFlags = { companion: true, history: false, frame: false };

export function formatSiteFlags({ companion, history, frame }: SiteFlags): string {
  return `companion=${String(companion)} history=${String(history)}${frame ? ' frame=true' : ''}`;
}

/** @returns undefined if {@link formatSiteFlags} did not write the text */
export function parseSiteFlags(text: string | undefined): SiteFlags | undefined {
  const found = /^companion=(true|false) history=(true|false)( frame=true)?$/.exec(text ?? '');
  return found
    ? { companion: found[1] === 'true', history: found[2] === 'true', frame: found[3] !== undefined }
    : undefined;
}
