/**
 * Bundles code for browsers and for worker threads into modules in `src/generated/` that contain it as text. So the actions can publish the
 * pages, and start workers without a separate file. It also writes the options of the command (scripts/options.ts).
 *
 *     node scripts/assets.ts            write the modules
 *     node scripts/assets.ts --check    fail if they are stale
 *
 * A `.ts` file becomes a classic script. An `.html` file becomes one file with the targets of its `<link rel="stylesheet" href="…">` and
 * `<script src="…">`. `{{hash page.ts}}` becomes the hash of such a target for the Content-Security-Policy.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { type BuildOptions, build } from 'esbuild';
import { minify } from 'terser';

import { bytesOfText, textOfBytes } from '../browser/index/viewers/base91.ts';
import { markedReader } from './marked.ts';
import { optionsModule } from './options.ts';

interface Asset {
  /** Path relative to the repository. */
  readonly source: string;
  /** Name of the constant that the generated module exports. */
  readonly constant: string;
}

const folder = 'src/generated';

/** Assets by the names of the generated modules. */
const assets: Readonly<Record<string, Asset>> = {
  'index-page.ts': { source: 'browser/index/page.html', constant: 'indexPage' },
  'preview-companion.ts': { source: 'browser/preview/companion.ts', constant: 'previewCompanion' },
  'preview-entry.ts': { source: 'browser/preview/page.html', constant: 'previewEntry' },
  'preview-frame.ts': { source: 'browser/preview/frame.html', constant: 'previewFrame' },
  'preview-worker.ts': { source: 'browser/workers/preview.ts', constant: 'previewWorker' },
  'file-worker.ts': { source: 'src/transfer/fileWorker.ts', constant: 'fileWorker' },
};

const top = path.resolve(import.meta.dirname, '..');

const inBrowsers: BuildOptions = {
  format: 'iife',
  target: ['chrome111', 'edge111', 'firefox114', 'safari16.4'],
  plugins: [markedReader],
};
const inThreads: BuildOptions = { format: 'cjs', platform: 'node', target: 'node24' };

/** A minified script or style sheet with all its imports. */
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
  const text = outputFiles.map((output) => output.text.trim()).join('');
  return file.endsWith('.css') ? text : smaller(text);
}

/** terser makes the output of esbuild 2 % smaller, and 4 % after gzip. */
async function smaller(script: string): Promise<string> {
  const { code = '' } = await minify(script, {
    ecma: 2020,
    compress: { ecma: 2020, passes: 2 },
    format: { ascii_only: true, comments: false, ecma: 2020 },
  });
  return code;
}

/** An HTML file with its style sheet and scripts inline, without indentation. */
async function inlined(file: string, previous: string): Promise<string> {
  const html = readFileSync(file, 'utf8').replace(/^\s+/gm, '').replace(/\r/g, '').trim();
  const names = [...html.matchAll(reference)].map(([, style, , script]) => style ?? script ?? '');
  const bundles = names.map(async (name) => {
    const source = path.join(path.dirname(file), name);
    return [name, await bundled(source, { ...inBrowsers, define: await styleOf(source) })] as const;
  });
  const texts = new Map(await Promise.all(bundles));
  const textOf = (name: string | undefined) => texts.get(name ?? '') ?? '';
  return html
    .replace(/\{\{hash ([^}]+)\}\}/g, (_, name: string) => sourceHash(textOf(name)))
    .replace(
      reference,
      (_, style: string | undefined, attributes: string | undefined, script: string | undefined) => {
        if (style !== undefined) return `<style>${textOf(style)}</style>`;
        if (attributes === undefined) return `<script>${textOf(script)}</script>`;
        return `<script${attributes}>${packed(textOf(script), previous)}</script>`;
      },
    );
}

/** A style sheet or a script. A script of the type `application/gzip` is packed. */
const reference =
  /<link rel="stylesheet" href="([^"]+)" \/>|<script( type="application\/gzip"[^>]*)? src="([^"]+)"><\/script>/g;

/** The constant `viewersStyle` of a script: the style sheet of the same name. */
async function styleOf(script: string): Promise<Record<string, string>> {
  const sheet = script.replace(/\.ts$/, '.css');
  if (path.basename(script) !== 'viewers.ts') return {};
  return { viewersStyle: JSON.stringify(await bundled(sheet, inBrowsers)) };
}

/**
 * A gzip stream in base 91. Versions of zlib pack differently: an earlier result stays as long as it contains the same text.
 * @param previous the generated module before this run
 */
function packed(text: string, previous: string): string {
  const earlier = /application\/gzip[^>]*>([^<]+)</.exec(previous)?.[1];
  if (earlier !== undefined && unpacked(earlier) === text) return earlier;
  return textOfBytes(gzipSync(text, { level: 9 }));
}

/** Undefined if another version of this script packed the text. */
function unpacked(stream: string): string | undefined {
  try {
    return gunzipSync(bytesOfText(stream)).toString();
  } catch {
    return undefined;
  }
}

function sourceHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

async function generated({ source, constant }: Asset, previous: string): Promise<string> {
  const file = path.join(top, source);
  const place = source.startsWith('src/') ? inThreads : inBrowsers;
  const text = await (file.endsWith('.html') ? inlined(file, previous) : bundled(file, place));
  return [
    `// Written by scripts/assets.ts from ${source}: change that, and run it again.`,
    `export const ${constant} = ${JSON.stringify(text)};`,
    '',
  ].join('\n');
}

/** Writes the modules. With `--check`, returns the names of the stale ones instead. */
async function update(): Promise<string[]> {
  const place = path.join(top, folder);
  const present = existsSync(place) ? readdirSync(place) : [];
  const bundles = Object.entries(assets).map(async ([file, asset]) => {
    const previous = present.includes(file) ? readFileSync(path.join(place, file), 'utf8') : '';
    return [file, await generated(asset, previous)] as const;
  });
  const modules = [...(await Promise.all(bundles)), ['options.ts', optionsModule()] as const];
  const surplus = present.filter((file) => !modules.some(([name]) => name === file));
  const stale = modules.filter(
    ([file, text]) => !present.includes(file) || readFileSync(path.join(place, file), 'utf8') !== text,
  );
  if (process.argv.includes('--check'))
    return [...stale.map(([file]) => file), ...surplus].map((file) => `${folder}/${file}`);
  mkdirSync(place, { recursive: true });
  for (const file of surplus) rmSync(path.join(place, file));
  for (const [file, text] of stale) writeFileSync(path.join(place, file), text);
  return [];
}

const wrong = await update();
if (wrong.length > 0) {
  console.error(`Stale: ${wrong.join(', ')}. Run 'npm run build' and commit the result`);
  process.exitCode = 1;
}
