import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { build } from 'esbuild';

import announce from './announce.ts';

/** The entries of the actions and of the command. */
const entries = ['upload', 'download', 'links', 'remove', 'workspaces', 'cli'];

/**
 * Bundles the source once for all runs, because stripping the types of 200 modules takes a third of a short run. Sets
 * SOURCE_BUNDLE to the folder. It is not `dist/`, so tests need no build.
 */
// eslint-disable-next-line no-restricted-exports -- Jest calls the default export
export default async function bundleSource(...config: Parameters<typeof announce>): Promise<void> {
  announce(...config);
  const folder = await mkdtemp(path.join(tmpdir(), 'source-bundle-'));
  await build({
    entryPoints: entries.map((entry) => path.join(import.meta.dirname, '../src/main', `${entry}.ts`)),
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    outdir: folder,
    // Packages in CommonJS call `require` for modules of Node.js.
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
    logLevel: 'warning',
  });
  process.env['SOURCE_BUNDLE'] = folder;
}
