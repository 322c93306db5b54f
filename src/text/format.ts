const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Formats a number of bytes, e.g. `1.4 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes === 1) return '1 byte';
  // 1,023.5 would round to 1,024, which is 1 of the next unit.
  const found = units.findIndex((_, index) => bytes / 1024 ** index < 1023.5);
  const power = found < 0 ? units.length - 1 : found;
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${units[power] ?? 'bytes'}`;
}

/** Formats a whole number, e.g. `10,000`. `toLocaleString` takes 14 ms the first time, because Node.js loads its locale data. */
export function formatCount(number: number): string {
  return String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Formats a number with its noun, e.g. `1 file`, `3 files`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(number)} ${number === 1 ? singular : plural}`;
}

/** Formats a duration, e.g. `14 min 30 s`: the largest unit that is not zero, and the next smaller unit unless it is zero. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([number]) => number > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([number]) => number > 0)
    .map(([number, unit]) => `${number} ${unit}`)
    .join(' ');
}

/**
 * Formats a time, e.g. `2026-11-23 17:59:12 UTC`.
 * @param time milliseconds since the epoch
 */
export function formatMoment(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * Parses a duration: `90s`, `15m`, `12h` or `7d`.
 * @returns seconds, or undefined if the text has another form or the duration is zero
 */
export function parseDuration(text: string): number | undefined {
  const match = /^([1-9]\d{0,8})([smhd])$/.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * (secondsIn[match[2] ?? ''] ?? NaN);
}
