/** Results of the site check that the preview needs, also after its links are renewed. */
export interface Traits {
  /** Whether pages need the companion to work (see `browser/preview/companion.ts`). */
  readonly companion: boolean;
  /** Whether the site has one page and routes by path (see `PreviewSite.history`). */
  readonly history: boolean;
}

/** The metadata header of the worker that stores the flags. */
export const traitsHeader = 'x-amz-meta-preview';

/** The flags of a site that was not checked. The companion does no harm if it is not needed. */
export const unknownTraits: Traits = { companion: true, history: false };

export function writeTraits(traits: Traits): string {
  return `companion=${String(traits.companion)} history=${String(traits.history)}`;
}

/** @returns undefined if {@link writeTraits} did not write the text */
export function readTraits(text: string | undefined): Traits | undefined {
  const [, companion, history] = /^companion=(true|false) history=(true|false)$/.exec(text ?? '') ?? [];
  return companion && history ? { companion: companion === 'true', history: history === 'true' } : undefined;
}
