import { buckets } from '../../platform/catalogue.ts';
import type { Platform } from '../../platform/platform.ts';
import type { RunnerResult } from '../../platform/runner.ts';
import { type ActionName, errorOf, runSubject } from '../support/subject.ts';

/** URL path of a destination's folder on the storage. */
export function baseOf(destination: string): string {
  return `/${buckets.outputs}/ci/${destination}/`;
}

/**
 * Runs the bundle of an action with `preview: true` and, unless `inputs` say otherwise, session links.
 * @param folder the folder to upload
 * @throws Error with the message of the step, if it failed
 */
export async function publishPreview(
  platform: Platform,
  folder: string,
  inputs: Readonly<Record<string, string>> & { readonly destination: string },
  { action = 'upload', env = {} }: { action?: ActionName; env?: Readonly<Record<string, string>> } = {},
): Promise<RunnerResult & { readonly link: string }> {
  const run = await runSubject(
    { platform, entries: 'dist' },
    action,
    { ...(action === 'upload' && { path: '.' }), preview: 'true', links: 'session', ...inputs },
    { cwd: folder, env },
  );
  if (run.exitCode !== 0) throw new Error(`The ${action} action failed: ${errorOf(run)}\n${run.log}`);
  return { ...run, link: run.outputs['url'] ?? '' };
}
