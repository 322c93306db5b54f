import { ActionError } from '../errors/error.ts';
import { firstOf } from '../report/log.ts';
import { describeStorageError } from '../storage/errorDescription.ts';
import type { Put } from '../sync/plan.ts';
import { count } from '../text/format.ts';
import { sanitize } from '../text/sanitize.ts';
import type { Destination } from './openDestination.ts';

/** Throws errors of steps after the upload. All files are stored then, and the error lists them. */
export function storedExplainer(
  puts: readonly Put[],
  { s3Uri, client: { location } }: Pick<Destination, 's3Uri' | 'client'>,
  signal: AbortSignal,
): (what: string) => (error: unknown) => never {
  return (what) => (error) => {
    if (signal.aborted) throw error;
    const { code, message, hint, details } = describeStorageError(
      `All files are uploaded to ${sanitize(s3Uri)}, but ${what}`,
      location,
      error,
    );
    throw new ActionError(code, message, {
      hint,
      details: [
        ...details,
        `Stored: ${count(puts.length, 'file')}`,
        ...firstOf(puts, 50, ({ name }) => `- ${sanitize(name)}`),
      ],
      cause: error,
    });
  };
}
