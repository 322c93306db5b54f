/** Results of the site check that the preview needs, also after its links are renewed. */
export interface SiteFlags {
  /** Whether pages need the companion to work (see `browser/preview/companion.ts`). */
  readonly companion: boolean;
  /** Whether the site has one page and routes by path (see `PreviewSite.history`). */
  readonly history: boolean;
}

/** The metadata header of the worker that stores the flags. */
export const siteFlagsHeader = 'x-amz-meta-preview';

/** The flags of a site that was not checked. The companion does no harm if it is not needed. */
export const unknownSiteFlags: SiteFlags = { companion: true, history: false };

export function formatSiteFlags(flags: SiteFlags): string {
  return `companion=${String(flags.companion)} history=${String(flags.history)}`;
}

/** @returns undefined if {@link formatSiteFlags} did not write the text */
export function parseSiteFlags(text: string | undefined): SiteFlags | undefined {
  const [, companion, history] = /^companion=(true|false) history=(true|false)$/.exec(text ?? '') ?? [];
  return companion && history ? { companion: companion === 'true', history: history === 'true' } : undefined;
}
