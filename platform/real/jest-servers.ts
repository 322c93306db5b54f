import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { identityVariable, shareIdentity, startIdentity } from './sharedKeycloak.ts';
import { installParts } from './programs.ts';

// Jest calls setup and teardown in one process, but passes no value between them.
const running: { stop?: () => Promise<void> } = {};

/**
 * Starts the Keycloak that all test files share, and sets the variable that names it. Does nothing if the environment names one.
 *
 * @throws if a part cannot be installed or started. Jest then prints the error and runs no test
 */
export async function startShared(environment: NodeJS.ProcessEnv): Promise<void> {
  const parts = await installParts(cacheFolder(environment), environment, (message) => {
    process.stderr.write(`${message}\n`);
  });
  if ((environment[identityVariable] ?? '') !== '') return;
  const folder = await mkdtemp(join(tmpdir(), 'upload-to-workspace-'));
  const file = join(folder, 'keycloak.json');
  const identity = await shareIdentity(await startIdentity(parts), file);
  environment[identityVariable] = file;
  running.stop = async () => {
    await identity.stop();
    await rm(folder, { recursive: true });
  };
}

/** Stops the Keycloak that `startShared` started, if any. */
export async function stopShared(): Promise<void> {
  await running.stop?.();
}
