/**
 * Bundles the code that runs in browsers, `browser/`, into modules of `src/browser/`, so that actions can publish it.
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

import { build } from 'esbuild';

interface Asset {
  /** Relative to `browser/`. */
  readonly source: string;
  /** What the generated module exports. */
  readonly constant: string;
}

/** By the name of the generated module in `src/browser/`. */
const assets: Readonly<Record<string, Asset>> = {
  'index.ts': { source: 'index/page.html', constant: 'indexPage' },
  'preview-companion.ts': { source: 'preview/companion.ts', constant: 'previewCompanion' },
  'preview-entry.ts': { source: 'preview/page.html', constant: 'previewEntry' },
  'preview-worker.ts': { source: 'workers/preview.ts', constant: 'previewWorker' },
};

const top = path.resolve(import.meta.dirname, '..');
const sources = path.join(top, 'browser');
const folder = path.join(top, 'src', 'browser');

/** A script or style sheet with all that it imports, as small as it gets. */
async function bundled(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    absWorkingDir: top,
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    charset: 'ascii',
    legalComments: 'none',
    target: ['chrome111', 'edge111', 'firefox114', 'safari16.4'],
    tsconfigRaw: { compilerOptions: { target: 'ES2023', strict: true } },
  });
  return outputFiles.map(({ text }) => text.trim()).join('');
}

/** An HTML file with its style sheet and script in it; lines lose their indentation. */
async function inlined(file: string): Promise<string> {
  const html = readFileSync(file, 'utf8').replace(/^\s+/gm, '').replace(/\r/g, '').trim();
  const named = (pattern: RegExp) => pattern.exec(html)?.[1];
  const inline = async (name: string | undefined) =>
    name === undefined ? '' : bundled(path.join(path.dirname(file), name));
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

async function generated({ source, constant }: Asset): Promise<string> {
  const file = path.join(sources, source);
  const text = await (file.endsWith('.html') ? inlined(file) : bundled(file));
  return [
    `// Written by scripts/assets.ts from browser/${source}: change that, and run it again.`,
    `export const ${constant} = ${JSON.stringify(text)};`,
    '',
  ].join('\n');
}

const modules = await Promise.all(
  Object.entries(assets).map(async ([name, asset]) => [name, await generated(asset)] as const),
);
const present = existsSync(folder) ? readdirSync(folder) : [];
const surplus = present.filter((name) => !(name in assets));
const stale = modules
  .filter(([name, text]) => !present.includes(name) || readFileSync(path.join(folder, name), 'utf8') !== text)
  .map(([name]) => name);

if (process.argv.includes('--check')) {
  const wrong = [...stale, ...surplus];
  if (wrong.length > 0) {
    console.error(
      `src/browser/ is not what browser/ builds (${wrong.join(', ')}): run 'npm run build' and commit it`,
    );
    process.exitCode = 1;
  }
} else {
  mkdirSync(folder, { recursive: true });
  for (const name of surplus) rmSync(path.join(folder, name));
  for (const [name, text] of modules) writeFileSync(path.join(folder, name), text);
}
