/**
 * Bundles code that does not run in the program itself into modules that hold it as text: what runs in browsers, `browser/`, into `src/browser/`, so
 * that actions can publish it, and what runs in threads into `src/threads/`, so that no file has to be found to start one.
 *
 *     node scripts/assets.ts            writes them
 *     node scripts/assets.ts --check    fails when they are stale
 *
 * A `.ts` file becomes a classic script. Of an `.html` file, what `<link rel="stylesheet" href="…">` and `<script src="…">` name is bundled into
 * it, so that the page is one file; `{{style-hash}}` and `{{script-hash}}` in it become the hashes that a Content-Security-Policy wants.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { type BuildOptions, build } from 'esbuild';

interface Asset {
  /** Relative to the repository. */
  readonly source: string;
  /** What the generated module exports. */
  readonly constant: string;
}

/** By the generated modules' folder and name. */
const assets: Readonly<Record<string, Readonly<Record<string, Asset>>>> = {
  'src/browser': {
    'index.ts': { source: 'browser/index/page.html', constant: 'indexPage' },
    'preview-companion.ts': { source: 'browser/preview/companion.ts', constant: 'previewCompanion' },
    'preview-entry.ts': { source: 'browser/preview/page.html', constant: 'previewEntry' },
    'preview-worker.ts': { source: 'browser/workers/preview.ts', constant: 'previewWorker' },
  },
  'src/threads': {
    'fingerprinter.ts': { source: 'src/transfer/fingerprinter.ts', constant: 'fingerprintThread' },
  },
};

const top = path.resolve(import.meta.dirname, '..');

const inBrowsers: BuildOptions = {
  format: 'iife',
  target: ['chrome111', 'edge111', 'firefox114', 'safari16.4'],
};
const inThreads: BuildOptions = { format: 'cjs', platform: 'node', target: 'node24' };

/** A script or style sheet with all that it imports, as small as it gets. */
async function bundled(file: string, place: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    ...place,
    entryPoints: [file],
    absWorkingDir: top,
    bundle: true,
    minify: true,
    write: false,
    charset: 'ascii',
    legalComments: 'none',
    tsconfigRaw: { compilerOptions: { target: 'ES2023', strict: true } },
  });
  return outputFiles.map(({ text }) => text.trim()).join('');
}

/** An HTML file with its style sheet and script in it; lines lose their indentation. */
async function inlined(file: string): Promise<string> {
  const html = readFileSync(file, 'utf8').replace(/^\s+/gm, '').replace(/\r/g, '').trim();
  const named = (pattern: RegExp) => pattern.exec(html)?.[1];
  const inline = async (name: string | undefined) =>
    name === undefined ? '' : bundled(path.join(path.dirname(file), name), inBrowsers);
  const style = await inline(named(stylesheet));
  const script = await inline(named(scriptSource));
  return html
    .replace('{{style-hash}}', () => sourceHash(style))
    .replace('{{script-hash}}', () => sourceHash(script))
    .replace(stylesheet, () => `<style>${style}</style>`)
    .replace(scriptSource, () => `<script>${script}</script>`);
}

const stylesheet = /<link rel="stylesheet" href="([^"]+)" \/>/;
const scriptSource = /<script src="([^"]+)"><\/script>/;

function sourceHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

async function generated(folder: string, { source, constant }: Asset): Promise<string> {
  const file = path.join(top, source);
  const place = folder === 'src/threads' ? inThreads : inBrowsers;
  const text = await (file.endsWith('.html') ? inlined(file) : bundled(file, place));
  return [
    `// Written by scripts/assets.ts from ${source}: change that, and run it again.`,
    `export const ${constant} = ${JSON.stringify(text)};`,
    '',
  ].join('\n');
}

/** Writes the modules of a folder, or with `--check` names those that are not what they should be. */
async function update(name: string, wanted: Readonly<Record<string, Asset>>): Promise<string[]> {
  const folder = path.join(top, name);
  const modules = await Promise.all(
    Object.entries(wanted).map(async ([file, asset]) => [file, await generated(name, asset)] as const),
  );
  const present = existsSync(folder) ? readdirSync(folder) : [];
  const surplus = present.filter((file) => !(file in wanted));
  const stale = modules.filter(
    ([file, text]) => !present.includes(file) || readFileSync(path.join(folder, file), 'utf8') !== text,
  );
  if (process.argv.includes('--check')) {
    return [...stale.map(([file]) => file), ...surplus].map((file) => `${name}/${file}`);
  }
  mkdirSync(folder, { recursive: true });
  for (const file of surplus) rmSync(path.join(folder, file));
  for (const [file, text] of stale) writeFileSync(path.join(folder, file), text);
  return [];
}

const wrong = (
  await Promise.all(Object.entries(assets).map(([name, wanted]) => update(name, wanted)))
).flat();
if (wrong.length > 0) {
  console.error(`Not what their sources build: ${wrong.join(', ')}. Run 'npm run build' and commit it`);
  process.exitCode = 1;
}
