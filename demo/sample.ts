import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Source } from './source.ts';

/** The output of an imaginary build. */
export interface Sample extends Source {
  /** Names in the workspace are relative to this folder. */
  readonly root: string;
  /** Names of the files to publish, with `/` between segments. */
  readonly expected: readonly string[];
  remove(): Promise<void>;
}

/** Inputs to publish the sample with. */
export const sampleInputs = { destination: 'demo/run 1', preview: 'true' } as const;

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Land cover, November</title>
    <link rel="stylesheet" href="assets/site.css" />
    <script type="module" src="assets/site.js"></script>
  </head>
  <body>
    <h1>Land cover, November</h1>
    <p><img src="assets/tile.svg" alt="Four squares of land" width="160" height="160" /></p>
    <p id="state">The script of this page has not run.</p>
  </body>
</html>
`;

const report = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Test report</title>
    <style>
      body { font: 16px/1.5 system-ui, sans-serif; margin: 3rem; color: #1f2328 }
      td, th { padding: 0.3rem 1.5rem 0.3rem 0; text-align: left }
      .passed { color: #1a7f37 }
    </style>
  </head>
  <body>
    <h1>Test report</h1>
    <table>
      <tr><th>suite</th><th>tests</th><th>result</th></tr>
      <tr><td>classification</td><td>42</td><td class="passed">passed</td></tr>
      <tr><td>tiling</td><td>17</td><td class="passed">passed</td></tr>
    </table>
  </body>
</html>
`;

const tile = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2">
  <path fill="#4c956c" d="M0 0h1v1H0z" />
  <path fill="#2c6e49" d="M1 0h1v1H1z" />
  <path fill="#d68c45" d="M0 1h1v1H0z" />
  <path fill="#4a90c2" d="M1 1h1v1H1z" />
</svg>
`;

const published: Readonly<Record<string, string | Buffer>> = {
  'index.html': page,
  'assets/site.css': 'body { font-family: system-ui, sans-serif; margin: 3rem; color: #1b4332 }\n',
  'assets/site.js': `document.querySelector('#state').textContent = 'The script of this page has run.';\n`,
  'assets/tile.svg': tile,
  'reports/tests.html': report,
  'downloads/land cover 100% (november).bin': randomBytes(3 * 1024 ** 2),
};

/** Not published: a line of `path` excludes the first, and the second is a sensitive file. */
const leftOut: Readonly<Record<string, string>> = {
  'assets/site.js.map': '{}\n',
  '.env': 'DATABASE_PASSWORD=not-to-be-published\n',
};

/** Writes a site, a report and a download of 3 MiB to a new temporary folder. */
export async function buildSample(): Promise<Sample> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'demo-')));
  const root = path.join(folder, 'public');
  for (const [name, content] of Object.entries({ ...published, ...leftOut })) {
    const file = path.join(root, ...name.split('/'));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return {
    folder,
    path: 'public\n!**/*.map',
    root,
    expected: Object.keys(published),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
