import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';

/** The issuer and the public client that a login belongs to. */
export interface LoginKey {
  readonly issuer: URL;
  readonly clientId: string;
}

/** Name of the file with the login of a client at an issuer. */
export function loginFileName({ issuer, clientId }: LoginKey): string {
  const digest = createHash('sha256').update(`${issuer.href}\n${clientId}`).digest('hex');
  return `login-${digest.slice(0, 32)}.json`;
}

/** Whether the folder has a login, of any client at any issuer. */
export function hasLogins(folder: string | undefined): boolean {
  if (folder === undefined) return false;
  try {
    return readdirSync(folder).some((name) => /^login-[0-9a-f]{32}\.json$/.test(name));
  } catch {
    return false;
  }
}
