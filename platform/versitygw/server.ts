import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { region } from '../catalogue.ts';
import type { RootCredentials } from '../real/minio.ts';
import { freePort, startServer } from '../real/server.ts';
import { newSecret } from '../real/sharedKeycloak.ts';

/** A running Versity S3 Gateway. */
export interface Versitygw {
  readonly url: string;
  /** The administrator. */
  readonly root: RootCredentials;
  /** Folder with a folder for each bucket. A file there is an object. */
  readonly objects: string;
  /** Stops the program and deletes all stored objects. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts Versity S3 Gateway on 127.0.0.1, without buckets. Objects are files with extended attributes.
 * @param program path of the program
 */
export async function startVersitygw(program: string): Promise<Versitygw> {
  const folder = await mkdtemp(join(tmpdir(), 'upload-to-workspace-versitygw-data-'));
  const [objects, accounts] = [join(folder, 'objects'), join(folder, 'accounts')];
  await Promise.all([mkdir(objects), mkdir(accounts)]);
  const root = { accessKey: 'platform-root', secretKey: newSecret() };
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer({
    name: 'versitygw',
    command: program,
    arguments: () => [
      ...['--port', `127.0.0.1:${port}`, '--region', region, '--quiet', '--keep-alive'],
      ...['--iam-dir', accounts, '--health', '/health', 'posix', objects],
    ],
    environment: {
      ...process.env,
      ROOT_ACCESS_KEY: root.accessKey,
      ROOT_SECRET_KEY: root.secretKey,
    },
    url,
    ready: async () => (await fetch(`${url}/health`)).ok,
    startMilliseconds: 60_000,
  });
  return {
    url,
    root,
    objects,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
