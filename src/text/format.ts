const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A number of bytes for people, e.g. `1.4 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes === 1) return '1 byte';
  // From 1,023.5 on it would be rounded to 1,024: that is one of the next unit.
  const found = units.findIndex((_, index) => bytes / 1024 ** index < 1023.5);
  const power = found < 0 ? units.length - 1 : found;
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${units[power] ?? 'bytes'}`;
}

/** A whole number for people, e.g. `10,000`. Node.js's own `toLocaleString` loads its tables of languages for it, which takes 14 ms. */
export function formatCount(number: number): string {
  return String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** A number and its noun, e.g. `1 file`, `3 files`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(number)} ${number === 1 ? singular : plural}`;
}

/** A span of time for people, e.g. `14 min 30 s`: the largest unit that is not zero, and the one below it unless that is. */
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

/** A moment for people, e.g. `2026-11-23 17:59:12 UTC`. */
export function formatMoment(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Reads `90s`, `15m`, `12h` or `7d`; undefined for anything else, zero included. */
export function parseDuration(text: string): number | undefined {
  const match = /^([1-9]\d{0,8})([smhd])$/.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * (secondsIn[match[2] ?? ''] ?? NaN);
}
