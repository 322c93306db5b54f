const form = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const;

const shortForm = new Intl.DateTimeFormat('en-GB', form);
const local = new Intl.DateTimeFormat('en-GB', { ...form, second: '2-digit' });
const universal = new Intl.DateTimeFormat('en-GB', { ...form, second: '2-digit', timeZone: 'UTC' });

/** A time in the reader's time zone, to the minute, e.g. `23 Nov 2026, 18:05`. */
export function shortMoment(time: number): string {
  return shortForm.format(time);
}

/** A time in the reader's time zone and in UTC, to the second. Only once if both are the same. */
export function fullMoment(time: number): string {
  const [here, utc] = [local.format(time), universal.format(time)];
  return here === utc ? `${utc} UTC` : `${here} your time (${utc} UTC)`;
}
