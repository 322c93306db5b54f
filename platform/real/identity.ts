import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { startAuthority } from '../tokens/authority.ts';
import type { Authority } from '../tokens/authority.ts';
import { startKeycloak } from './keycloak.ts';
import type { ClientCredentials } from './keycloak.ts';
import type { InstalledParts } from './parts.ts';

/** A running Keycloak: all that somebody else needs to use it, as plain data. */
export interface IdentityDescription {
  /** Base URL. */
  readonly url: string;
  readonly administrator: ClientCredentials;
  /** Secret of the clients with which storage sessions are opened. */
  readonly sessionSecret: string;
  /** Whose identity tokens its realms take: Keycloak keeps the keys that it has seen, so they are shared as it is. */
  readonly authority: Authority;
}

/** Keycloak takes its time to start and keeps nothing that one suite could see of another: they may share it. */
export interface Identity extends IdentityDescription {
  readonly stop: () => Promise<void>;
}

/** Environment variable with the path of a description that `shareIdentity` wrote. */
export const identityVariable = 'UPLOAD_TO_WORKSPACE_KEYCLOAK';

/**
 * Starts Keycloak, with secrets that no other start has.
 *
 * @throws when it does not start, with the end of its log
 */
export async function startIdentity(parts: InstalledParts): Promise<Identity> {
  const administrator = { id: 'platform-administrator', secret: newSecret() };
  const { stop: stopAuthority, ...authority } = await startAuthority();
  try {
    const { url, stop: stopKeycloak } = await startKeycloak(parts, administrator);
    const stop = async (): Promise<void> => {
      await Promise.all([stopKeycloak(), stopAuthority()]);
    };
    return { url, administrator, sessionSecret: newSecret(), authority, stop };
  } catch (error) {
    await stopAuthority();
    throw error;
  }
}

/**
 * The Keycloak that the environment names, or a new one. One that was running is left running by `stop`.
 *
 * @throws when the description named cannot be read, or a new one does not start
 */
export async function findIdentity(parts: InstalledParts, environment: NodeJS.ProcessEnv): Promise<Identity> {
  const file = environment[identityVariable];
  if (file === undefined || file === '') return startIdentity(parts);
  const description = JSON.parse(await readFile(file, 'utf8')) as IdentityDescription;
  if (!('authority' in description)) throw new Error(`${file} was written by an older version: share anew`);
  return { ...description, stop: () => Promise.resolve() };
}

/**
 * Writes the description of a Keycloak where only this user can read it; `stop` removes it.
 *
 * @throws when the file exists: it may describe another one
 */
export async function shareIdentity(identity: Identity, file: string): Promise<Identity> {
  const { stop, ...description } = identity;
  await writeFile(file, `${JSON.stringify(description, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return {
    ...description,
    stop: async () => {
      await rm(file, { force: true });
      await stop();
    },
  };
}

/** A secret that can be part of a URL, a form or a header. */
export function newSecret(): string {
  return randomBytes(24).toString('hex');
}
