import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { startAuthority } from '../tokens/authority.ts';
import type { Authority } from '../tokens/authority.ts';
import { startKeycloak } from './keycloak.ts';
import type { ClientCredentials } from './keycloak.ts';
import type { InstalledParts } from './programs.ts';

/** A running Keycloak, as data that another process can use. */
export interface IdentityDescription {
  /** Base URL. */
  readonly url: string;
  readonly administrator: ClientCredentials;
  /** Secret of the clients that open storage sessions. */
  readonly sessionSecret: string;
  /** The issuer of the identity tokens that its realms accept. It is shared too, because Keycloak caches the keys. */
  readonly authority: Authority;
}

/** Suites share a Keycloak, because it starts slowly and keeps no state that another suite could see. */
export interface Identity extends IdentityDescription {
  readonly stop: () => Promise<void>;
}

/** Environment variable with the path of the file that `shareIdentity` wrote. */
export const identityVariable = 'UPLOAD_TO_WORKSPACE_KEYCLOAK';

/**
 * Starts Keycloak, with new secrets.
 *
 * @throws an error with the end of its log, if it does not start
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
 * Uses the Keycloak that the environment names, or starts a new one. `stop` does not stop a Keycloak that was already running.
 *
 * @throws if the named file cannot be read, or if a new Keycloak does not start
 */
export async function findIdentity(parts: InstalledParts, environment: NodeJS.ProcessEnv): Promise<Identity> {
  const file = environment[identityVariable];
  if (file === undefined || file === '') return startIdentity(parts);
  const description = JSON.parse(await readFile(file, 'utf8')) as IdentityDescription;
  if (!('authority' in description))
    throw new Error(`${file} is from an older version: run npm run platform:share again`);
  return { ...description, stop: () => Promise.resolve() };
}

/**
 * Writes the description of a Keycloak to a file that only this user can read. `stop` deletes it.
 *
 * @throws if the file exists, because it may describe another Keycloak
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

/** A new secret without special characters, for URLs, forms and headers. */
export function newSecret(): string {
  return randomBytes(24).toString('hex');
}
