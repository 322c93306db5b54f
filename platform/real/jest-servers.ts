import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { identityVariable, shareIdentity, startIdentity } from './identity.ts';
import { installParts } from './parts.ts';

// Jest calls setup and teardown in one process and hands nothing from one to the other.
const running: { stop?: () => Promise<void> } = {};

/**
 * Starts the Keycloak that all test files share, unless the environment names one, and names it to them.
 *
 * @throws when a part is missing and cannot be installed, or does not start: then no test runs, and Jest says why
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

/** Ends what `startShared` started, if anything. */
export async function stopShared(): Promise<void> {
  await running.stop?.();
}
