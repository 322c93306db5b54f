/** Milliseconds since the epoch, close to the storage's clock. */
export type Clock = () => number;

/** Milliseconds. Screen readers hear the expiry only after the clock is known. */
const patience = 10_000;

/**
 * Reads the storage's clock. Links expire by that clock, and the reader's clock may be hours off. Each response of the storage has its time,
 * and a page can always read the response to its own link.
 * @returns the reader's own clock if the page was not opened through a link, or if the response has no time
 */
export async function storageClock(): Promise<Clock> {
  const own = () => Date.now();
  if (!/^https?:$/.test(location.protocol)) return own;
  try {
    const asked = Date.now();
    const answer = await fetch(location.href, {
      headers: { Range: 'bytes=0-0' },
      cache: 'no-store',
      signal: AbortSignal.timeout(patience),
    });
    const date = Date.parse(answer.headers.get('date') ?? '');
    await answer.body?.cancel();
    const between = (asked + Date.now()) / 2;
    // The header Date has whole seconds: on average, half a second is missing.
    const offset = date + 500 - between;
    return Number.isNaN(offset) || Math.abs(offset) < 2_000 ? own : () => Date.now() + offset;
  } catch {
    return own;
  }
}
