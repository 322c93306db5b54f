import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { minify } from 'terser';

import { billOfMaterials } from './billOfMaterials.ts';
import { bundledPackages, licensesOf } from './licenses.ts';

/** Entries of the actions and of the command, and the check of the Node.js version that each runs first. All else is in one bundle. */
const entries = ['cli', 'download', 'links', 'remove', 'upload', 'workspaces', 'node'];

const require = createRequire(import.meta.url);
const top = path.resolve(import.meta.dirname, '..');
const dist = process.argv[2] ? path.resolve(process.argv[2]) : path.join(top, 'dist');

function node(script: string, ...args: string[]): void {
  execFileSync(process.execPath, [script, ...args], { cwd: top, stdio: ['ignore', 'ignore', 'inherit'] });
}

/**
 * undici loads `node:http2` when it starts, which takes 11 ms of every run, although it uses HTTP/2 only if it is asked to. Without the module,
 * it goes on with what its own code has for that case.
 */
function withoutHttp2(file: string): void {
  const load = /\bhttp2 = __nccwpck_require__\(\d+\)(?=\s*\} catch)/g;
  const code = readFileSync(file, 'utf8');
  if (code.match(load)?.length !== 1)
    throw new Error('undici loads node:http2 in another way: change scripts/build.ts.');
  writeFileSync(file, code.replace(load, 'http2 = { constants: {} }'));
}

rmSync(path.join(top, 'lib'), { recursive: true, force: true });
rmSync(dist, { recursive: true, force: true });
node(require.resolve('typescript/bin/tsc'), '--project', 'tsconfig.build.json');
node(require.resolve('@vercel/ncc/dist/ncc/cli.js'), 'build', 'lib/main/index.js', '--out', dist, '--quiet');

withoutHttp2(path.join(dist, 'index.js'));

for (const entry of entries)
  copyFileSync(path.join(top, 'lib/main', `${entry}.js`), path.join(dist, `${entry}.js`));

// ncc minifies only its first file. terser minifies the files that are loaded on demand.
for (const name of readdirSync(dist).filter((file) => file.endsWith('.js'))) {
  const file = path.join(dist, name);
  const { code = '' } = await minify(readFileSync(file, 'utf8'), {
    module: true,
    ecma: 2020,
    format: { comments: false },
  });
  writeFileSync(file, `${code}\n`);
}

// ncc's own list lacks packages whose modules it merges, so the list comes from the content of the bundle. Every browser script is an entry,
// because a page can load more scripts than those that its HTML names.
const packages = await bundledPackages(top, [
  'lib/main/index.js',
  'lib/transfer/fileWorker.js',
  ...globSync('browser/**/*.ts', { cwd: top }).sort(),
]);
writeFileSync(path.join(dist, 'LICENSES.txt'), licensesOf(packages));
writeFileSync(
  path.join(dist, 'sbom.cdx.json'),
  `${JSON.stringify(billOfMaterials(top, packages), null, 2)}\n`,
);
