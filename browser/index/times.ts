import { formatMoment } from '../../src/text/format.ts';

/** A time in the reader's time zone, to the minute, e.g. `2026-11-23 18:05`: the form of the log and the comment. */
export function shortMoment(time: number): string {
  return local(time).slice(0, 16);
}

/** A time in the reader's time zone and in UTC, to the second. Only once if both are the same. */
export function fullMoment(time: number): string {
  const [here, utc] = [local(time), formatMoment(time)];
  return utc === `${here} UTC` ? utc : `${here} your time (${utc})`;
}

function local(time: number): string {
  const offset = new Date(time).getTimezoneOffset() * 60_000;
  return formatMoment(time - offset).replace(' UTC', '');
}
