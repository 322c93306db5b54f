import type { IndexPageData } from '../../src/links/indexPageData.ts';
import { formatDuration } from '../../src/text/format.ts';
import { fullMoment } from './times.ts';

export interface LinkState {
  readonly state: 'live' | 'soon' | 'expired' | 'unknown' | 'none';
  /** The state of the links, in a few words. */
  readonly title: string;
  /** The time of expiry, the reason, and what to do. */
  readonly detail: string;
  /** The remaining part of the lifetime, from 1 to 0. */
  readonly left: number;
}

/** Milliseconds before expiry from which the page warns. */
const soon = 120_000;

/** Describes the state of the links. @param now milliseconds since the epoch */
export function lifeOf({ expiresAt, madeAt, links, signedBy }: IndexPageData, now: number): LinkState {
  if (!links) {
    return { state: 'none', title: 'No links', detail: 'The upload made none.', left: 0 };
  }
  if (expiresAt === null) {
    const detail = `The ${signedBy === 'session' ? 'storage session' : 'platform'} that signed them does not say when they expire.`;
    return { state: 'unknown', title: 'Link expiry is unknown', detail, left: 0 };
  }
  const left = expiresAt - now;
  if (left <= 0) {
    return {
      state: 'expired',
      title: `The links expired ${formatDuration(Math.floor(-left / 1000))} ago`,
      detail: `on ${fullMoment(expiresAt)}. The files are still there. For new links, run the workflow again, or the links action.`,
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
