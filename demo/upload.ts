import path from 'node:path';

import { clientApp, platformScope, workspaces } from '../platform/catalogue.ts';
import type { Platform } from '../platform/platform.ts';
import { type RunnerResult, runAction } from '../platform/runner.ts';
import { type LogEntry, LogReader } from './log.ts';
import type { Sample } from './sample.ts';

/** Runs the bundle on a sample as a step of a workflow would; `onEntry` is told each line of its log as it comes. */
export async function uploadSample(
  platform: Platform,
  sample: Sample,
  onEntry: (entry: LogEntry) => void,
  signal?: AbortSignal,
): Promise<RunnerResult> {
  const log = new LogReader([clientApp.secret], onEntry);
  const result = await runAction({
    entry: path.join(import.meta.dirname, '..', 'dist', 'upload.js'),
    inputs: {
      'client-id': clientApp.id,
      'client-secret': clientApp.secret,
      workspace: workspaces.main,
      destination: 'demo/run 1',
      platforms: platformScope,
      issuer: platform.issuer,
      'api-url': platform.apiUrl,
      path: sample.path,
    },
    cwd: sample.folder,
    onOutput: (text) => log.write(text),
    ...(signal && { signal }),
  });
  log.end();
  return result;
}
