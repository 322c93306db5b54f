/** What a look at a site's texts has found out about it. */
export interface Traits {
  /** Whether pages need the companion to work (see `browser/preview/companion.ts`). */
  readonly companion: boolean;
  /** Whether the site is one page that routes by paths, so that what follows `#/` in the preview's link is such a path. */
  readonly history: boolean;
}

/** The header of the worker's object that keeps the traits. */
export const traitsHeader = 'x-amz-meta-preview';

/** For a site that nobody has looked at: the companion does no harm where it is not needed. */
export const unknownTraits: Traits = { companion: true, history: false };

export function writeTraits(traits: Traits): string {
  return `companion=${String(traits.companion)} history=${String(traits.history)}`;
}

/** Undefined where the text is none that {@link writeTraits} has written. */
export function readTraits(text: string | undefined): Traits | undefined {
  const [, companion, history] = /^companion=(true|false) history=(true|false)$/.exec(text ?? '') ?? [];
  return companion && history ? { companion: companion === 'true', history: history === 'true' } : undefined;
}
