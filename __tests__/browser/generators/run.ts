/**
 * Builds sites with the tools in `sites.ts`, publishes a preview of each to the embedded platform, and compares it in Chromium with
 * the same files on a static server. Writes the result to `docs/generators.md`.
 *
 *     npm run generators             all sites; installs the tools into `.cache/generators` the first time (npm, Python 3)
 *     npm run generators -- Next     the sites with this text in their names; only prints their results
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { format, resolveConfig } from 'prettier';
import type { Browser } from 'puppeteer-core';

import { startBrowser } from '../browsers.ts';
import { downloaded } from '../downloads.ts';
import { baseOf, publishPreview } from '../previews.ts';
import { serveFolders } from '../staticServer.ts';
import { warningsOf } from '../../support/subject.ts';
import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { install } from '../../../platform/real/cache.ts';
import { mediaType, utf8 } from '../../../src/files/mediaTypes.ts';
import { browserPath } from '../../../scripts/browsers.ts';
import { compareSites } from './comparison.ts';
import { type Command, type GeneratedSite, generatedSites, packages } from './sites.ts';

const run = promisify(execFile);
const cache = path.resolve(import.meta.dirname, '..', '..', '..', '.cache', 'generators');

interface Result {
  readonly site: GeneratedSite;
  readonly differences: readonly string[];
  /** Warnings of the upload. */
  readonly warnings: readonly string[];
}

interface Tools {
  readonly folders: Readonly<Record<'npm' | 'pip', string>>;
  /** Where sites are built. Next.js compares it with real paths. */
  readonly scratch: string;
  readonly platform: Platform;
  readonly browser: Browser;
}

function installed(
  kind: 'npm' | 'pip',
  separator: string,
  fill: (folder: string, names: readonly string[]) => Promise<void>,
) {
  const names = Object.entries(packages[kind]).map(([name, version]) => `${name}${separator}${version}`);
  const hash = createHash('sha256').update(names.join()).digest('hex').slice(0, 12);
  return install({ name: `${kind}-${hash}`, fill: (folder) => fill(folder, names) }, cache);
}

/** Installs the tools, unless they are installed. */
async function installTools(): Promise<Tools['folders']> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = await installed('npm', '@', async (folder, names) => {
    await writeFile(path.join(folder, 'package.json'), '{ "private": true }');
    await run('npm', ['install', ...quiet, ...names], { cwd: folder });
  });
  // A virtual environment contains its own path, so the packages go to a plain folder.
  const pip = await installed('pip', '==', async (folder, names) => {
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', folder, ...names]);
  });
  return { npm, pip };
}

/** Runs a program of the packages in the folder of a site. */
async function runTool(
  { program: [kind, name], args, env = {} }: Command,
  folders: Tools['folders'],
  cwd: string,
): Promise<void> {
  const bin = path.join(folders[kind], kind === 'npm' ? 'node_modules/.bin' : 'bin', name);
  const variables = { ...process.env, CI: 'true', PYTHONPATH: folders.pip, ...env };
  const [command, ...rest] = kind === 'npm' ? [bin] : ['python3', bin];
  await run(command, [...rest, ...args], { cwd, env: variables, maxBuffer: 64 * 1024 ** 2 });
}

/** Builds a site. @returns the folder of its files */
async function buildSite(
  site: GeneratedSite,
  base: string,
  { folders, scratch }: Pick<Tools, 'folders' | 'scratch'>,
): Promise<string> {
  const folder = await mkdtemp(path.join(scratch, 'site-'));
  const output = path.join(folder, 'output');
  await mkdir(output);
  await symlink(path.join(folders.npm, 'node_modules'), path.join(folder, 'node_modules'));
  // Otherwise the package.json of this repository would apply.
  const sources = { 'package.json': '{ "private": true }', ...site.sources };
  for (const [name, content] of Object.entries(sources)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  const server = await serveFolders(new Map([['/', folder]]), new Map());
  try {
    const place = { base, output, origin: server.origin, chromium: browserPath('chromium') };
    for (const command of site.build(place)) await runTool(command, folders, folder);
  } finally {
    await server.close();
  }
  return output;
}

/** Publishes a site, and compares the preview with a static server. */
async function trySite(site: GeneratedSite, number: number, tools: Tools): Promise<Result> {
  const destination = `generators/${number}`;
  const base = site.builtFor === 'root' ? '/' : baseOf(destination);
  const folder = await buildSite(site, base, tools);
  const published = await publishPreview(tools.platform, folder, { destination });
  const { fallback, first = '' } = site;
  const server = await serveFolders(
    new Map([[base, folder]]),
    new Map(fallback === undefined ? [] : [[base, { name: fallback, status: 404 }]]),
    // A usual server does not know the encoding of a page.
    (file) => mediaType(file).replace(utf8, ''),
  );
  const downloads = await mkdtemp(path.join(tmpdir(), 'downloads-'));
  try {
    const open = { preview: published.link, static: `${server.origin}${base}${first}` };
    const differences = await compareSites(site, tools.browser, open, {
      bases: { preview: baseOf(destination), static: base },
      downloads: (name) => downloaded(downloads, name),
      downloadPath: downloads,
    });
    return { site, differences, warnings: warningsOf(published) };
  } finally {
    await server.close();
    await rm(downloads, { recursive: true });
  }
}

const versions: Readonly<Record<string, string>> = { ...packages.npm, ...packages.pip };

function table(results: readonly Result[]): string {
  const rows = results.map(({ site, differences, warnings }) =>
    [
      site.name,
      `${site.package} ${versions[site.package] ?? ''}`,
      differences.length === 0 ? 'as on a static server' : differences.join('<br>'),
      warnings.length === 0 ? 'none' : warnings.join('<br>'),
    ].join(' | '),
  );
  return [
    '| site | tool | preview | warnings |',
    '| --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

function report(results: readonly Result[]): string {
  const date = new Date().toISOString().slice(0, 10);
  return `# Sites of other tools

\`npm run generators\` builds these sites with real tools and publishes each as a [preview](previews.md). In Chromium, it compares the preview with the same files on a static
server: title, text and links of the first page, then clicks, Reload and Back, and errors in the console. This is the result of ${date}.

${table(results)}

The [tests](../CONTRIBUTING.md#suites-and-checks) compare sites of more tools in the same way, also by screenshots and in Firefox. [They are in this list](previews.md#what-works).
`;
}

const [wanted = ''] = process.argv.slice(2);
await using cleanup = new AsyncDisposableStack();
const folders = await installTools();
const platform = await startEmbeddedPlatform();
cleanup.defer(() => platform.stop());
const browser = await startBrowser('chromium');
cleanup.defer(() => browser.close());
const scratch = await realpath(await mkdtemp(path.join(cache, 'scratch-')));
cleanup.defer(() => rm(scratch, { recursive: true, force: true }));
const results: Result[] = [];
for (const [number, site] of generatedSites.entries()) {
  if (!site.name.includes(wanted)) continue;
  console.log(`${site.name} …`);
  const result = await trySite(site, number, { folders, scratch, platform, browser });
  console.log(
    [...result.differences, ...result.warnings].map((line) => `  ${line}`).join('\n') ||
      '  as on a static server',
  );
  results.push(result);
}
if (wanted === '') {
  const file = path.resolve(import.meta.dirname, '..', '..', '..', 'docs', 'generators.md');
  await writeFile(file, await format(report(results), { ...(await resolveConfig(file)), filepath: file }));
}
if (results.some(({ differences, warnings }) => differences.length > 0 && warnings.length === 0))
  process.exitCode = 1;
