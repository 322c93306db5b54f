/**
 * Builds Gitea from source into the cache, for the suite `gitea`: `npm run gitea:install`. Set `UPLOAD_TO_WORKSPACE_CACHE` for another cache.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cacheFolder, install } from '../real/cache.ts';
import { run } from '../real/command.ts';

const version = '1.26.0';
const module = `code.gitea.io/gitea@v${version}`;

/** Tests do not need a fast program: without optimization, the build takes half of the time. */
const flags = ['-trimpath', '-buildvcs=false', '-gcflags=all=-N -l -dwarf=false', '-ldflags=-s -w'];
const tags = 'sqlite sqlite_unlock_notify';
const cFlags = '-O0';

/** What the program reads at run time. The repository's folder `public` lacks the built frontend, which the API does not need. */
const assets = ['options', 'templates', 'public'];

const hash = createHash('sha256')
  .update([...flags, tags, cFlags].join())
  .digest('hex')
  .slice(0, 8);

export interface InstalledGitea {
  readonly program: string;
  /** The folder with Gitea's templates and options. */
  readonly assets: string;
}

/**
 * Builds the pinned version of Gitea, unless it is installed.
 * @param report called with a sentence if that takes minutes
 * @throws an error that names the tool, if Go or a C compiler is missing or fails
 */
export async function installGitea(
  cache: string,
  environment: NodeJS.ProcessEnv,
  report: (message: string) => void,
): Promise<InstalledGitea> {
  const folder = await install(
    {
      name: `gitea-${version}-${hash}`,
      fill: async (empty) => {
        report(`Compiling Gitea ${version} with Go (about five minutes)`);
        await build(empty, { ...environment, GOFLAGS: '', CGO_ENABLED: '1', CGO_CFLAGS: cFlags });
      },
    },
    cache,
  );
  return { program: join(folder, 'gitea'), assets: folder };
}

/** Gitea's module has `replace` directives, which `go install` refuses. So this builds in the folder of the downloaded module. */
async function build(folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const source = await download(folder, environment);
  await run('go', ['build', ...flags, '-tags', tags, '-o', join(folder, 'gitea'), '.'], {
    folder: source,
    environment,
    needs: 'Go',
  });
  for (const name of assets) {
    await cp(join(source, name), join(folder, name), { recursive: true });
    await makeWritable(join(folder, name));
  }
}

/** The module cache is read-only, and so is a copy from it. Then only root could delete the cache. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
}

async function download(folder: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', module], {
    cwd: folder,
    env: environment,
  });
  const { Dir } = JSON.parse(stdout) as { readonly Dir: string };
  return Dir;
}

if (import.meta.main) {
  const { program } = await installGitea(cacheFolder(process.env), process.env, (message) => {
    console.log(message);
  });
  console.log(`Gitea: ${program}`);
}
