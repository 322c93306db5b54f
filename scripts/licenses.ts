import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { build } from 'esbuild';

/** A package with code in the bundle. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, e.g. `MIT`. */
  readonly license: string;
  readonly folder: string;
  readonly author: string;
}

/** Licences that allow us to publish the bundle under the MIT license (SPDX). Ask before you add one. */
const allowed = [
  '(MPL-2.0 OR Apache-2.0)',
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
];

/**
 * The licences of packages: name, SPDX expression and text.
 * @throws Error for a package without a licence text, or with a licence that is not allowed
 */
export function licensesOf(packages: readonly Package[]): string {
  for (const { name, license } of packages)
    if (!allowed.includes(license))
      throw new Error(`The licence of the package ${name} in the bundle is not allowed: '${license}'.`);
  return packages
    .map((one) => `${one.name}\n${one.license}\n${licenseText(one, packages)}`)
    .join('\n\n')
    .concat('\n');
}

/**
 * Packages with code in the bundle, also in parts loaded on demand, sorted by name.
 * @param entries scripts of the bundle, relative to `top`
 */
export async function bundledPackages(top: string, entries: readonly string[]): Promise<Package[]> {
  const { metafile } = await build({
    entryPoints: [...entries],
    absWorkingDir: top,
    outdir: 'never-written',
    bundle: true,
    format: 'esm',
    platform: 'node',
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  const folders = new Set<string>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [];
      if (folder && bytesInOutput > 0) folders.add(path.join(top, folder));
    }
  }
  return [...folders].map(readPackage).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readPackage(folder: string): Package {
  const {
    name,
    version,
    license,
    author = '',
  } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
    author?: string | { readonly name: string };
  };
  return {
    name,
    version,
    license: license ?? '',
    folder,
    author: typeof author === 'string' ? author : author.name,
  };
}

/** The licence text of a package. If it has none, that of a package with the same scope and licence, because they share a repository. */
function licenseText(one: Package, packages: readonly Package[]): string {
  const [scope = ''] = one.name.split('/');
  const sisters = packages.filter(
    ({ name, license }) => name.startsWith(`${scope}/`) && license === one.license,
  );
  for (const { folder } of [one, ...sisters]) {
    const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
    const texts = files
      .sort()
      .map((file) => path.join(folder, file))
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim());
    if (texts.length > 0) return texts.join('\n\n');
  }
  if (one.license === 'MIT' && one.author !== '') return mit(one.author);
  throw new Error(`No licence text: the package ${one.name} in the bundle has no LICENSE file.`);
}

/** The licence text of a package that only names it (SPDX, "MIT License"). */
function mit(author: string): string {
  return `MIT License

Copyright (c) ${author}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
}
