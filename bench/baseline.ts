import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { install } from '../platform/real/cache.ts';
import { run } from '../platform/real/command.ts';
import { benchCache } from './rivals.ts';

/**
 * Bundles the naive action, because a bundle loads faster than packages.
 *
 * @returns the path of the bundle
 */
export async function installPlain(): Promise<string> {
  const source = await readFile(join(import.meta.dirname, 'plain.ts'), 'utf8');
  const lock = await readFile(join(import.meta.dirname, '..', 'package-lock.json'));
  const version = createHash('sha256').update(source).update(lock).digest('hex').slice(0, 8);
  const folder = await install(
    { name: `plain-${version}`, fill: (target) => bundle(source, target) },
    benchCache,
  );
  return join(folder, 'index.js');
}

async function bundle(source: string, folder: string): Promise<void> {
  const entry = join(folder, 'source');
  await mkdir(entry);
  await writeFile(join(entry, 'plain.js'), stripTypeScriptTypes(source));
  const ncc = createRequire(import.meta.url).resolve('@vercel/ncc/dist/ncc/cli.js');
  const args = [ncc, 'build', join(entry, 'plain.js'), '--out', folder, '--minify', '--quiet'];
  await run(process.execPath, args, { folder, environment: process.env, needs: 'Node.js' });
  await rm(entry, { recursive: true });
}
