/**
 * Builds Versity S3 Gateway from source into the cache, for the suite `versitygw`: `npm run versitygw:install`. Set
 * `UPLOAD_TO_WORKSPACE_CACHE` for another cache.
 */
import { join } from 'node:path';

import { cacheFolder, install } from '../real/cache.ts';
import { run } from '../real/command.ts';

const version = 'v1.8.0';

/**
 * Builds the pinned version, unless it is installed.
 * @param report called with a sentence if that takes minutes
 * @returns the path of the program
 * @throws an error that names the tool, if Go is missing or fails
 */
export async function installVersitygw(
  cache: string,
  environment: NodeJS.ProcessEnv,
  report: (message: string) => void,
): Promise<string> {
  const folder = await install(
    {
      name: `versitygw-${version}`,
      fill: async (empty) => {
        report(`Compiling Versity S3 Gateway ${version} with Go (about a minute)`);
        const module = `github.com/versity/versitygw/cmd/versitygw@${version}`;
        await run('go', ['install', '-ldflags=-s -w', module], {
          folder: empty,
          environment: { ...environment, GOFLAGS: '', GOBIN: empty },
          needs: 'Go',
        });
      },
    },
    cache,
  );
  return join(folder, 'versitygw');
}

if (import.meta.main) {
  const program = await installVersitygw(cacheFolder(process.env), process.env, (message) => {
    console.log(message);
  });
  console.log(`Versity S3 Gateway: ${program}`);
}
