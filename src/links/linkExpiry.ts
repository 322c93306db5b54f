import { jwtExpiry } from '../auth/jwt.ts';

/**
 * When a presigned URL expires, read from its query. With Signature Version 4 it expires `X-Amz-Expires` seconds after `X-Amz-Date` (AWS,
 * "Authenticating requests: using query parameters"), with Version 2 at `Expires`. A URL that a session signed expires with the session at the
 * latest. The session token says when, if it is a JWT.
 * @returns milliseconds since the epoch, or undefined if the URL does not say it
 */
export function linkExpiry(link: string): number | undefined {
  const { searchParams } = new URL(link);
  const query = new Map([...searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const own = signedEnd(query);
  const token = query.get('x-amz-security-token');
  const session = token === undefined ? Infinity : jwtExpiry(token);
  return own === undefined || Number.isNaN(session) ? undefined : Math.min(own, session);
}

function signedEnd(query: ReadonlyMap<string, string>): number | undefined {
  const date = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('x-amz-date') ?? '');
  const seconds = query.get('x-amz-expires') ?? '';
  if (date && /^\d+$/.test(seconds)) {
    const [, year, month, day, hour, minute, second] = date;
    const from = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    return validTime(from + Number(seconds) * 1000);
  }
  const expires = query.get('expires') ?? '';
  return query.has('signature') && /^\d+$/.test(expires) ? validTime(Number(expires) * 1000) : undefined;
}

/** Undefined for a time that is out of the range of `Date`. */
function validTime(time: number): number | undefined {
  return Number.isNaN(new Date(time).getTime()) ? undefined : time;
}
