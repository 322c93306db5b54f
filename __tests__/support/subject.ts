import path from 'node:path';

import { buckets } from '../../platform/catalogue.ts';
import { inputsFor } from '../../platform/inputs.ts';
import type { Platform, StoredObject } from '../../platform/platform.ts';
import { type RunnerOptions, type RunnerResult, runAction } from '../../platform/runner.ts';
import { detectPages } from '../../src/sync/pageNames.ts';

export type ActionName = 'upload' | 'download' | 'links' | 'remove' | 'workspaces';

/** The action under test: its source or its bundle. */
export interface Subject {
  readonly platform: Platform;
  /** Folder of the entries, `src/main` or `dist`. */
  readonly entries: 'src/main' | 'dist';
}

/**
 * Milliseconds from the cancellation to the end of a run. The action ends after 4 s at the latest (`unit/commands/cancellation`), the rest is
 * for a busy machine. Without its own deadline, it would wait for the request that hangs: 10 s or longer.
 */
export const cancelledWithinMs = 9_000;

const top = path.resolve(import.meta.dirname, '../..');

/** Runs an action of the subject like a runner, with the debug log. */
export function runSubject(
  { platform, entries }: Subject,
  action: ActionName,
  inputs: Readonly<Record<string, string>>,
  options: Partial<RunnerOptions> & { readonly cwd: string },
): Promise<RunnerResult> {
  return runAction({
    ...options,
    entry: entryOf(entries, action),
    inputs: { ...inputsFor(platform), ...inputs },
    env: { RUNNER_DEBUG: '1', ...options.env },
  });
}

/** The file that starts an action, or the command. Tests of the source use the bundle of it that `sourceBundle.ts` made, if there is one. */
export function entryOf(entries: Subject['entries'], action: ActionName | 'cli'): string {
  const bundle = process.env['SOURCE_BUNDLE'];
  if (entries === 'dist') return path.join(top, 'dist', `${action}.js`);
  return bundle === undefined ? path.join(top, entries, `${action}.ts`) : path.join(bundle, `${action}.mjs`);
}

/** All visible text of a run. Commands that mask values are not visible. */
export function visibleText({ log, outputs, summary, files }: RunnerResult): string {
  const lines = log.split('\n').filter((line) => !line.startsWith('::add-mask::'));
  return [...lines, JSON.stringify(outputs), summary, ...Object.values(files)].join('\n');
}

/** The objects whose keys begin with `prefix`, without generated pages. */
export async function storedFiles({ store }: Platform, prefix: string): Promise<StoredObject[]> {
  const objects = await store.list(buckets.outputs, prefix);
  const pages = detectPages(objects.map(({ key }) => key));
  return objects.filter(({ key }) => !pages.has(key));
}

/** The message of the step's error annotation, with line breaks. */
export function errorOf({ log }: RunnerResult): string {
  const [, message = ''] = /^::error(?: [^:]*)?::(.*)$/m.exec(log) ?? [];
  return message.replaceAll('%0D', '').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

/** The messages of the step's warnings, with line breaks. */
export function warningsOf({ log }: RunnerResult): string[] {
  return [...log.matchAll(/^::warning(?: [^:]*)?::(.*)$/gm)].map(([, message = '']) =>
    message.replaceAll('%0D', '').replaceAll('%0A', '\n').replaceAll('%25', '%'),
  );
}

/** The links by file, from the output `urls`. */
export function urlsOf({ outputs }: RunnerResult): Record<string, string> {
  return JSON.parse(outputs['urls'] ?? '{}') as Record<string, string>;
}

export interface LinksFile {
  readonly version: number;
  readonly workspace: string;
  readonly destination: string;
  readonly expires_at: string;
  readonly files: readonly {
    readonly path: string;
    readonly key: string;
    readonly s3_uri: string;
    readonly url: string;
    readonly size: number;
    readonly content_type: string;
    readonly status?: string;
    readonly sha256?: string;
  }[];
}

/** The content of the file that the output `links-file` names. */
export function linksFileOf({ outputs, files }: RunnerResult): LinksFile {
  return JSON.parse(files[outputs['links-file'] ?? ''] ?? 'null') as LinksFile;
}
