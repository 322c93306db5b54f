import { type RawInput, Reader } from './reader.ts';

/** What to do without a client secret and an OIDC token. */
export type IfNoCredentials = 'error' | 'skip';

export function readIfNoCredentials(reader: Reader): IfNoCredentials {
  return reader.choice('if-no-credentials', ['error', 'skip']);
}

/**
 * Whether to skip a step that has no credentials. This is checked before the other inputs: a job that gets no secrets may not get the other
 * values either.
 */
export function isSkipped(keyless: boolean, raw: RawInput): boolean {
  const reader = new Reader(raw, keyless);
  return !keyless && !reader.text('client-secret') && readIfNoCredentials(reader) === 'skip';
}
