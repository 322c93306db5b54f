import path from 'node:path';

import { buckets, clientApp, workspaces } from '../../platform/catalogue.ts';
import type { Platform, StoredObject } from '../../platform/platform.ts';
import { type RunnerOptions, type RunnerResult, runAction } from '../../platform/runner.ts';
import { detectPages } from '../../src/sync/pageNames.ts';

export type ActionName = 'upload' | 'links' | 'remove' | 'workspaces';

/** The action under test: its source, or the bundle that is shipped. */
export interface Subject {
  readonly platform: Platform;
  /** Folder of the entries, `src/main` or `dist`. */
  readonly entries: 'src/main' | 'dist';
}

const top = path.resolve(import.meta.dirname, '../..');

/** Inputs that are right for a platform; a case gives what it is about. */
export function inputsFor(platform: Platform): Record<string, string> {
  return {
    'client-id': clientApp.id,
    'client-secret': clientApp.secret,
    issuer: platform.issuer,
    'api-url': platform.apiUrl,
    platforms: 'gep',
    workspace: workspaces.main,
    ...(platform.caCertificate !== undefined && { 'ca-certificates': platform.caCertificate }),
  };
}

/** Runs an action of the subject as a runner would, debug log and all. */
export function runSubject(
  { platform, entries }: Subject,
  action: ActionName,
  inputs: Readonly<Record<string, string>>,
  options: Partial<RunnerOptions> & { readonly cwd: string },
): Promise<RunnerResult> {
  return runAction({
    ...options,
    entry: path.join(top, entries, entries === 'dist' ? `${action}.js` : `${action}.ts`),
    inputs: { ...inputsFor(platform), ...inputs },
    env: { RUNNER_DEBUG: '1', ...options.env },
  });
}

/** All that somebody who may see the run can read of it; what the runner is told to mask is no part of that. */
export function visibleText({ log, outputs, summary, files }: RunnerResult): string {
  const lines = log.split('\n').filter((line) => !line.startsWith('::add-mask::'));
  return [...lines, JSON.stringify(outputs), summary, ...Object.values(files)].join('\n');
}

/** The objects whose keys begin with `prefix`, without the pages that the action wrote of its own accord. */
export async function storedFiles({ store }: Platform, prefix: string): Promise<StoredObject[]> {
  const objects = await store.list(buckets.outputs, prefix);
  const pages = detectPages(objects.map(({ key }) => key));
  return objects.filter(({ key }) => !pages.has(key));
}

/** The message of the step's error annotation, with its line breaks. */
export function errorOf({ log }: RunnerResult): string {
  const [, message = ''] = /^::error(?: [^:]*)?::(.*)$/m.exec(log) ?? [];
  return message.replaceAll('%0D', '').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

/** Messages of the step's warnings, with their line breaks. */
export function warningsOf({ log }: RunnerResult): string[] {
  return [...log.matchAll(/^::warning(?: [^:]*)?::(.*)$/gm)].map(([, message = '']) =>
    message.replaceAll('%0D', '').replaceAll('%0A', '\n').replaceAll('%25', '%'),
  );
}

/** What an output of JSON says: a link for each file. */
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

/** The file that the output `links-file` names. */
export function linksFileOf({ outputs, files }: RunnerResult): LinksFile {
  return JSON.parse(files[outputs['links-file'] ?? ''] ?? 'null') as LinksFile;
}
