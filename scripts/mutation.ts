/**
 * Mutation testing: Stryker changes the source in small ways, e.g. `<` to `<=`, and runs the unit tests for each change. A change that no
 * test notices has survived: a test is missing, or the code is needless. Fails if fewer than 85 % of the changes are noticed.
 *
 *     npm run mutation                    all areas
 *     npm run mutation -- sync files      these areas
 *     npm run mutation -- src/files/walk.ts
 *
 * Prints the survivors, and writes a report for each area into `.cache/mutation/`. The next run repeats only what a change of source or tests
 * can affect. Delete that folder to repeat all.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';

import { Stryker } from '@stryker-mutator/core';

import { testFolder } from './mutationRunner.ts';

/** The areas that must not have gaps: they decide what is written, deleted, linked and tried again. */
const areas: Readonly<Record<string, readonly string[]>> = {
  sync: ['src/sync/*.ts'],
  links: ['src/links/*.ts'],
  config: ['src/config/*.ts'],
  retry: ['src/http/retry.ts', 'src/http/transientErrors.ts', 'src/http/networkErrors.ts'],
  storage: ['src/storage/s3Error.ts', 'src/storage/errorDescription.ts', 'src/storage/clockSkew.ts'],
  files: ['src/files/*.ts'],
};

/** Changes a file or the files of an area. The unit tests of the same folder must notice the changes. */
async function runArea(name: string): Promise<void> {
  const mutate = areas[name] ?? (existsSync(name) ? [name] : []);
  const [first] = mutate;
  if (first === undefined)
    throw new Error(`'${name}' is no file and none of ${Object.keys(areas).join(', ')}`);
  const folder = path.dirname(first).replace(/^src\//, '');
  const report = `.cache/mutation/${path.basename(name, '.ts')}`;
  process.env[testFolder] = `__tests__/unit/${folder}`;
  const stryker = new Stryker({
    mutate: [...mutate],
    testRunner: 'folder',
    plugins: ['./scripts/mutationRunner.ts'],
    maxTestRunnerReuse: 200,
    coverageAnalysis: 'perTest',
    // A change that makes a loop endless is ended by the number of its rounds. The time limit must not count a busy machine.
    timeoutMS: 60_000,
    concurrency: 2,
    tempDirName: '.cache/mutation/sandbox',
    cleanTempDir: 'always',
    ignorePatterns: ['.cache', 'dist', 'docs/pictures', '__tests__/browser/sites'],
    reporters: ['clear-text', 'html', 'json'],
    clearTextReporter: { allowColor: false, allowEmojis: false, reportTests: false, logTests: false },
    htmlReporter: { fileName: `${report}.html` },
    jsonReporter: { fileName: `${report}.json` },
    incremental: true,
    incrementalFile: `${report}-incremental.json`,
    thresholds: { high: 95, low: 85, break: 85 },
    disableTypeChecks: false,
  });
  await stryker.runMutationTest();
}

const names = process.argv.slice(2);
for (const name of names.length > 0 ? names : Object.keys(areas)) await runArea(name);
