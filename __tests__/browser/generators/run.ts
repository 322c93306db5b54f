/**
 * Builds sites with the tools in `sites.ts`, publishes a preview of each to the embedded platform, and compares it in Chromium and Firefox
 * with the same files on a static server. Writes the result to `docs/generators.md`.
 *
 *     npm run generators             all sites; installs the tools into `.cache/generators` the first time (npm, Python 3)
 *     npm run generators -- Next     the sites with this text in their names; the other results stay
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { format, resolveConfig } from 'prettier';
import type { Browser } from 'puppeteer-core';

import { startBrowser } from '../browsers.ts';
import { baseOf, publishPreview } from '../previews.ts';
import { serveFolders } from '../staticServer.ts';
import { warningsOf } from '../../support/subject.ts';
import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { install } from '../../../platform/real/cache.ts';
import { mediaType, utf8 } from '../../../src/files/mediaTypes.ts';
import { type BrowserName, browserNames, browserPath } from '../../../scripts/browsers.ts';
import { compareSites } from './comparison.ts';
import type { Command, GeneratedSite } from './generatedSite.ts';
import { packages, versions } from './packages.ts';
import { generatedSites } from './sites.ts';

const run = promisify(execFile);
const cache = path.resolve(import.meta.dirname, '..', '..', '..', '.cache', 'generators');

interface Result {
  readonly differences: readonly string[];
  /** Warnings of the upload. */
  readonly warnings: readonly string[];
  readonly tool: string;
  /** The browsers, with their versions. */
  readonly browsers: string;
  readonly date: string;
}

interface Tools {
  readonly folders: Readonly<Record<'npm' | 'pip', string>>;
  /** Where sites are built. Next.js compares it with real paths. */
  readonly scratch: string;
  readonly platform: Platform;
  readonly browsers: ReadonlyMap<BrowserName, Browser>;
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
async function trySite(
  site: GeneratedSite,
  number: number,
  tools: Tools,
): Promise<Pick<Result, 'differences' | 'warnings'>> {
  const destination = `generators/${number}`;
  const base = site.builtFor === 'folder' ? baseOf(destination) : site.builtFor;
  const folder = await buildSite(site, base, tools);
  const published = await publishPreview(tools.platform, folder, { destination });
  const { fallback, first = '' } = site;
  const server = await serveFolders(
    new Map([[base, folder]]),
    new Map(fallback === undefined ? [] : [[base, { name: fallback, status: 404 }]]),
    // A usual server does not know the encoding of a page.
    (file) => mediaType(file).replace(utf8, ''),
  );
  const places = {
    preview: { url: published.link, base: baseOf(destination) },
    static: { url: `${server.origin}${base}${first}`, base },
  };
  const differences: string[] = [];
  try {
    for (const [name, browser] of tools.browsers)
      for (const difference of await compareSites(site, browser, places))
        differences.push(`${name}: ${difference}`);
    // The second line of a warning is the address of its help.
    const warnings = warningsOf(published).map((warning) => warning.split('\n', 1)[0] ?? '');
    return { differences, warnings };
  } finally {
    await server.close();
  }
}

const resultsFile = path.join(cache, 'results.json');

/** The last results by the names of the sites, also those of earlier runs with the same versions of the tools. */
async function knownResults(): Promise<Map<string, Result>> {
  const text = await readFile(resultsFile, 'utf8').catch(() => '[]');
  const results = JSON.parse(text) as [string, Result][];
  const tools = new Map(generatedSites.map((site) => [site.name, toolOf(site)]));
  return new Map(results.filter(([name, { tool }]) => tools.get(name) === tool));
}

function toolOf(site: GeneratedSite): string {
  return `${site.package} ${versions[site.package] ?? ''}`;
}

function table(results: ReadonlyMap<string, Result>): string {
  const rows = generatedSites.flatMap(({ name }) => {
    const result = results.get(name);
    if (!result) return [];
    const { tool, browsers, differences, warnings } = result;
    const preview = differences.length === 0 ? 'as on a static server' : differences.join('<br>');
    return [
      [name, tool, browsers, preview, warnings.length === 0 ? 'none' : warnings.join('<br>')].join(' | '),
    ];
  });
  return [
    '| site | tool | browsers | preview | warnings |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

function report(results: ReadonlyMap<string, Result>): string {
  const all = [...results.values()];
  const dates = [...new Set(all.map(({ date }) => date))].sort();
  const missing = generatedSites.filter(({ name }) => !results.has(name)).map(({ name }) => `- ${name}`);
  const rest = missing.length === 0 ? '' : `These sites have no result yet:\n\n${missing.join('\n')}\n`;
  return `# Previews of site generators

\`npm run generators\` builds these sites with real tools and publishes each as a [preview](previews.md). In Chromium and Firefox, it compares the preview with the same files
on a static server: title, text and links of the first page, then clicks, Reload and Back, a link to another page, and errors in the console.

Results of ${dates.join(' and ')}:

${table(results)}

${rest}
The [tests](../CONTRIBUTING.md#suites-and-checks) compare sites of more tools in the same way, also with screenshots. [They are in this list](previews.md#what-works).
`;
}

const [wanted = ''] = process.argv.slice(2);
await using cleanup = new AsyncDisposableStack();
const folders = await installTools();
const platform = await startEmbeddedPlatform();
cleanup.defer(() => platform.stop());
const browsers = new Map<BrowserName, Browser>();
for (const name of browserNames) {
  const browser = await startBrowser(name);
  cleanup.defer(() => browser.close());
  browsers.set(name, browser);
}
const scratch = await realpath(await mkdtemp(path.join(cache, 'scratch-')));
cleanup.defer(() => rm(scratch, { recursive: true, force: true }));
// Tools find packages in the folders above. A link in the folder of each site would share their caches too, and Docusaurus then mixes two builds.
await symlink(path.join(folders.npm, 'node_modules'), path.join(scratch, 'node_modules'));
const programs: string[] = [];
for (const [name, browser] of browsers) {
  const [version = ''] = /\d+/.exec(await browser.version()) ?? [];
  programs.push(`${name === 'chromium' ? 'Chromium' : 'Firefox'} ${version}`);
}
const results = await knownResults();
const document = path.resolve(import.meta.dirname, '..', '..', '..', 'docs', 'generators.md');
for (const [number, site] of generatedSites.entries()) {
  if (!site.name.includes(wanted)) continue;
  console.log(`${site.name} …`);
  const tools = { folders, scratch, platform, browsers };
  // One site that cannot be built does not lose the results of the others.
  const { differences, warnings } = await trySite(site, number, tools).catch((error: unknown) => ({
    differences: [`Not compared: ${String(error).split('\n', 1)[0] ?? ''}`],
    warnings: [],
  }));
  console.log(
    [...differences, ...warnings].map((line) => `  ${line}`).join('\n') || '  as on a static server',
  );
  if (differences.length > 0 && warnings.length === 0) process.exitCode = 1;
  results.set(site.name, {
    differences,
    warnings,
    tool: toolOf(site),
    browsers: programs.join(', '),
    date: new Date().toISOString().slice(0, 10),
  });
  await writeFile(resultsFile, JSON.stringify([...results], null, 2));
  const text = await format(report(results), { ...(await resolveConfig(document)), filepath: document });
  await writeFile(document, text);
}
