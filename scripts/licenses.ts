import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { build } from 'esbuild';

interface Package {
  readonly name: string;
  /** SPDX expression, e.g. `MIT`. */
  readonly license: string;
  readonly folder: string;
}

/**
 * The licences of all packages that a bundle has code of, whether it is loaded at once or later: name, SPDX expression and text of each.
 * @param entries scripts that are bundled, relative to `top`
 * @throws Error for a package that has no licence text
 */
export async function licensesOf(top: string, entries: readonly string[]): Promise<string> {
  const packages = await bundledPackages(top, entries);
  return packages
    .map((one) => `${one.name}\n${one.license}\n${licenseText(one, packages)}`)
    .join('\n\n')
    .concat('\n');
}

/** In the order of their names. A package of which nothing is left in the bundle is none of them. */
async function bundledPackages(top: string, entries: readonly string[]): Promise<Package[]> {
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
  const { name, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    name: string;
    license?: string;
  };
  return { name, license: license ?? '', folder };
}

/** A package without a text of its own has that of another one of its scope under the same licence, as they come from one repository. */
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
  throw new Error(`No licence text: ${one.name}, which is in the bundle, has no LICENSE file.`);
}
