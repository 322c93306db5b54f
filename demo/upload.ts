import path from 'node:path';

import { clientApp } from '../platform/catalogue.ts';
import { inputsFor } from '../platform/inputs.ts';
import type { Platform } from '../platform/platform.ts';
import { type RunnerResult, runAction } from '../platform/runner.ts';
import { type LogEntry, LogReader } from './log.ts';
import type { Source } from './source.ts';

/**
 * Runs the bundle as a step of a workflow.
 * @param inputs added to those that every upload to the platform needs
 * @param onEntry receives each line of the step's log as soon as it is printed
 */
export async function upload(
  platform: Platform,
  source: Source,
  inputs: Readonly<Record<string, string>>,
  onEntry: (entry: LogEntry) => void,
  signal?: AbortSignal,
): Promise<RunnerResult> {
  const log = new LogReader([clientApp.secret], onEntry);
  const result = await runAction({
    entry: path.join(import.meta.dirname, '..', 'dist', 'upload.js'),
    inputs: {
      ...inputsFor(platform),
      path: source.path,
      ...inputs,
    },
    cwd: source.folder,
    env: { GITHUB_WORKFLOW: 'Demo' },
    onOutput: (text) => log.write(text),
    ...(signal && { signal }),
  });
  log.end();
  return result;
}
