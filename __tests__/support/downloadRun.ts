import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { inputsFor } from '../../platform/inputs.ts';
import { type RunnerOptions, type RunnerResult, runAction } from '../../platform/runner.ts';
import { type Subject, entryOf } from './subject.ts';

/** Runs the download action with nothing but a list of links: no client app, no secret, no platform. */
export function downloadByLinks(
  { platform, entries }: Subject,
  inputs: Readonly<Record<string, string>> & { readonly from: string },
  options: Partial<RunnerOptions> & { readonly cwd: string },
): Promise<RunnerResult> {
  const { 'ca-certificates': certificates } = inputsFor(platform);
  return runAction({
    ...options,
    entry: entryOf(entries, 'download'),
    inputs: { ...(certificates !== undefined && { 'ca-certificates': certificates }), ...inputs },
    env: { RUNNER_DEBUG: '1', ...options.env },
  });
}

/** The files below a folder with their text, by names with `/`. */
export function filesIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => !entry.isDirectory(),
  );
  return Object.fromEntries(
    files
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map(
        (file) =>
          [path.relative(folder, file).replaceAll(path.sep, '/'), readFileSync(file, 'utf8')] as const,
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
