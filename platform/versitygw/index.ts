import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

import { buckets, platformLinkSeconds } from '../catalogue.ts';
import { startEmbeddedPlatform } from '../embedded/index.ts';
import type { Platform } from '../platform.ts';
import { cacheFolder } from '../real/cache.ts';
import { signDownload } from '../real/downloadLink.ts';
import { createBuckets, createRootClient, createStore } from '../real/store.ts';
import { createSessionOpener } from './accounts.ts';
import { installVersitygw } from './install.ts';
import { startVersitygw } from './server.ts';

/**
 * Starts the embedded platform with Versity S3 Gateway as its storage.
 *
 * @throws if the gateway cannot be installed or started
 */
export async function startVersitygwPlatform(): Promise<Platform> {
  const program = await installVersitygw(cacheFolder(process.env), process.env, (message) => {
    process.stderr.write(`${message}\n`);
  });
  const started = new AsyncDisposableStack();
  try {
    const gateway = started.adopt(await startVersitygw(program), (one) => one.stop());
    const client = started.adopt(createRootClient(gateway.url, gateway.root), (one) => {
      one.destroy();
    });
    await createBuckets(client, Object.values(buckets));
    const platform = await startEmbeddedPlatform(
      {},
      {
        url: gateway.url,
        openSession: createSessionOpener(program, gateway, client),
        presignDownload: (bucket, key) =>
          Promise.resolve(signDownload(gateway.url, gateway.root, { bucket, key }, platformLinkSeconds)),
        store: {
          ...createStore(client),
          makeOlder: (bucket, milliseconds) => {
            makeFilesOlder(join(gateway.objects, bucket), milliseconds);
          },
        },
      },
    );
    started.defer(() => platform.stop());
    return { ...platform, stop: () => started.disposeAsync() };
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}

/** Changes the time of all files and folders below a folder. The time of an object is that of its file. */
function makeFilesOlder(folder: string, milliseconds: number): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, name);
    const seconds = (statSync(file).mtimeMs - milliseconds) / 1000;
    utimesSync(file, seconds, seconds);
  }
}
