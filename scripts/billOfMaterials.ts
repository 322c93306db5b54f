import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Package } from './licenses.ts';

/**
 * The software bill of materials (SBOM) of the bundle, in the format CycloneDX 1.6: its packages, with the digests of the lock file. `npm sbom`
 * lists all packages of the lock file, and most of them are not in the bundle. There is no time in it, so each build gives the same bytes.
 */
export function billOfMaterials(top: string, packages: readonly Package[]): object {
  const read = (name: string) => JSON.parse(readFileSync(path.join(top, name), 'utf8')) as unknown;
  const { name, version, license } = read('package.json') as Record<'name' | 'version' | 'license', string>;
  const lock = read('package-lock.json') as {
    readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
  };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': purl(name, version),
        name,
        version,
        licenses: [{ license: { id: license } }],
      },
    },
    components: packages.map((one) => {
      const place = path.relative(top, one.folder).replaceAll(path.sep, '/');
      return component(one, lock.packages[place]?.integrity);
    }),
  };
}

/** @param integrity of the lock file: `sha512-` and base64 */
function component({ name, version, license }: Package, integrity: string | undefined): object {
  const [algorithm, digest = ''] = integrity?.split('-') ?? [];
  if (algorithm !== 'sha512') throw new Error(`package-lock.json has no SHA-512 of ${name} ${version}.`);
  return {
    type: 'library',
    'bom-ref': purl(name, version),
    name,
    version,
    purl: purl(name, version),
    licenses: [license.includes(' ') ? { expression: license } : { license: { id: license } }],
    hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }],
  };
}

/** Package URL (purl specification, type npm). */
function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}
