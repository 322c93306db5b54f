/** Milliseconds since the epoch, as near to the storage's own clock as can be had. */
export type Clock = () => number;

/**
 * The storage ends links by its own clock, and the reader's may be hours off. Each answer of the storage tells its time, and the one
 * answer that a page may always read is that to its own link.
 * @returns the clock; the reader's own, where the page was not opened by a link or the storage does not tell
 */
export async function storageClock(): Promise<Clock> {
  const own = () => Date.now();
  if (!/^https?:$/.test(location.protocol)) return own;
  try {
    const asked = Date.now();
    const answer = await fetch(location.href, { headers: { Range: 'bytes=0-0' }, cache: 'no-store' });
    const told = Date.parse(answer.headers.get('date') ?? '');
    await answer.body?.cancel();
    const between = (asked + Date.now()) / 2;
    // Its answer is to the second: on average half of one has passed since.
    const offset = told + 500 - between;
    return Number.isNaN(offset) || Math.abs(offset) < 2_000 ? own : () => Date.now() + offset;
  } catch {
    return own;
  }
}
