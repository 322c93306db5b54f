import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from '@jest/globals';

import type { RunnerOptions, RunnerResult } from '../../platform/runner.ts';
import { folderWith } from './folder.ts';
import { type Subject, errorOf, runSubject } from './subject.ts';

/** How a download finds its files: by a session of the workspace, or by the links of a links file without credentials. */
export type Way = 'session' | 'links';

export const ways: readonly Way[] = ['session', 'links'];

type Files = Readonly<Record<string, Buffer>>;

/** Files that were uploaded to the folder `d`, and a folder to download them to. */
export interface Publication {
  readonly files: Files;
  /** The inputs of a download. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The target folder. It does not exist at first. */
  readonly folder: string;
}

/** Uploads files, and prepares their download. */
export async function publish(
  subject: Subject,
  way: Way,
  files: Files,
  more: Readonly<Record<string, string>> = {},
): Promise<Publication> {
  const inputs = { path: '.', destination: 'd', links: 'session', ...more };
  const run = await runSubject(subject, 'upload', inputs, { cwd: folderWith(files) });
  expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
  const folder = path.join(folderWith({}), 'out');
  if (way === 'session') return { files, folder, inputs: { destination: 'd', path: folder } };
  const list = path.join(folderWith({}), 'links.json');
  writeFileSync(list, run.files[run.outputs['links-file'] ?? ''] ?? '');
  const none = { workspace: '', 'client-id': '', 'client-secret': '' };
  return { files, folder, inputs: { ...none, from: list, path: folder } };
}

export function download(
  subject: Subject,
  { inputs }: Publication,
  more: Readonly<Record<string, string>> = {},
  options: Partial<RunnerOptions> = {},
): Promise<RunnerResult> {
  return runSubject(subject, 'download', { ...inputs, ...more }, { cwd: folderWith({}), ...options });
}

/** Names of all files below a folder, with `/`. */
export function namesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort();
}

/** Expects that a download succeeded, and that the folder has its files and nothing else. */
export function expectWhole(run: RunnerResult, { files, folder }: Publication): void {
  expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
  expect(namesBelow(folder)).toEqual(Object.keys(files).sort());
  const wrong = Object.entries(files).filter(
    ([name, content]) => digest(readFileSync(path.join(folder, ...name.split('/')))) !== digest(content),
  );
  expect(wrong.map(([name]) => name)).toEqual([]);
}

/** Expects that no file has a name of the download whose content is not whole and right. */
export function expectNothingWrong({ files, folder }: Publication): void {
  for (const name of namesBelow(folder)) {
    const expected = files[name];
    if (expected)
      expect([name, digest(readFileSync(path.join(folder, name)))]).toEqual([name, digest(expected)]);
    else expect(name).toMatch(/(?:^|\/)\.[^/]+\.parts?$/);
  }
}

function digest(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
