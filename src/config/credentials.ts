import { type RawInput, Reader } from './reader.ts';

/** What to do where there is neither a client secret nor an identity token. */
export type IfNoCredentials = 'error' | 'skip';

export function readIfNoCredentials(reader: Reader): IfNoCredentials {
  return reader.choice('if-no-credentials', ['error', 'skip']);
}

/**
 * Whether a step without any credentials is to be left out. Looked at before all else: where secrets are kept from a job, other inputs may
 * be as well.
 */
export function isSkipped(keyless: boolean, raw: RawInput): boolean {
  const reader = new Reader(raw, keyless);
  return !keyless && !reader.text('client-secret') && readIfNoCredentials(reader) === 'skip';
}
