import type { IndexPageData } from '../../src/links/indexPageData.ts';
import { formatDuration } from '../../src/text/format.ts';
import { fullMoment } from './moments.ts';

export interface Life {
  readonly state: 'live' | 'soon' | 'ended' | 'unknown' | 'none';
  /** How it is with the links, in a few words. */
  readonly title: string;
  /** When, why, and what to do. */
  readonly detail: string;
  /** What is left of the time that the links had when the page was made, from 1 to 0. */
  readonly left: number;
}

/** Links that end within this many milliseconds end soon. */
const soon = 120_000;

/** What to say of the links at a moment, in milliseconds since the epoch. */
export function lifeOf({ expiresAt, madeAt, links, signedBy }: IndexPageData, now: number): Life {
  if (!links) {
    return { state: 'none', title: 'No links', detail: 'They were not asked for.', left: 0 };
  }
  if (expiresAt === null) {
    const detail = `They were signed by the ${signedBy === 'session' ? "storage's session" : 'platform'}, which does not say.`;
    return { state: 'unknown', title: 'Nobody can know when the links end', detail, left: 0 };
  }
  const left = expiresAt - now;
  if (left <= 0) {
    return {
      state: 'ended',
      title: `The links ended ${formatDuration(Math.floor(-left / 1000))} ago`,
      detail: `on ${fullMoment(expiresAt)}. The files are still there: for new links run the workflow again, or the links action.`,
      left: 0,
    };
  }
  return {
    state: left < soon ? 'soon' : 'live',
    title: `Links work for another ${formatDuration(Math.floor(left / 1000))}`,
    detail: `until ${fullMoment(expiresAt)}`,
    left: Math.min(1, left / Math.max(1, expiresAt - madeAt)),
  };
}
