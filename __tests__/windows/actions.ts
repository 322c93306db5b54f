import { expect } from '@jest/globals';

import { inputsFor } from '../../platform/inputs.ts';
import { type Subject, type ActionName, errorOf, storedFiles } from '../support/subject.ts';
import type { Machine, WindowsResult, WindowsRun } from './machine.ts';

/** The checkout, where GitHub's runner has it. */
export const checkout = String.raw`D:\a\site\site`;

/** Runs an action of the bundle in the checkout. */
export function runOnWindows(
  machine: Machine,
  { platform }: Subject,
  action: ActionName,
  inputs: Readonly<Record<string, string>>,
  options: Partial<WindowsRun> = {},
): Promise<WindowsResult> {
  return machine.run({
    arguments: [`dist/${action}.js`],
    cwd: checkout,
    ...options,
    inputs: { ...inputsFor(platform), ...inputs },
  });
}

/** Checks that a run has not failed. */
export function expectSuccess(run: WindowsResult): void {
  expect([errorOf(run), run.stderr, run.exitCode]).toEqual(['', '', 0]);
}

/** Names of the stored files below a destination. */
export async function storedNames({ platform }: Subject, destination: string): Promise<string[]> {
  const prefix = `ci/${destination}/`;
  return (await storedFiles(platform, prefix)).map(({ key }) => key.slice(prefix.length)).sort();
}
