import { mkdtempSync } from 'node:fs';
import path from 'node:path';

import type { Host, Text } from '../../../src/hosts/host.ts';
import type { Platform } from '../../../platform/platform.ts';
import { inputsFor } from '../../../platform/inputs.ts';

/** What a command has passed to its host. */
export interface HostRecord {
  /** Lines as `info: …`, titles of groups as `group: …`. */
  readonly lines: string[];
  readonly outputs: Record<string, string | number>;
  readonly summaries: string[];
  readonly secrets: string[];
  /** The message of a failed step; undefined if it succeeded. */
  failure: string | undefined;
}

/** A host that is a plain object. It returns these inputs, and records all calls. */
export function plainHost(
  platform: Platform | undefined,
  folder: string,
  inputs: Readonly<Record<string, string>>,
): { readonly host: Host; readonly record: HostRecord } {
  const record: HostRecord = { lines: [], outputs: {}, summaries: [], secrets: [], failure: undefined };
  const given: Readonly<Record<string, string>> = {
    ...(platform && inputsFor(platform)),
    ...inputs,
  };
  const logAs = (kind: string) => (text: Text) =>
    record.lines.push(...[text].flat().map((line) => `${kind}: ${line}`));
  const group = (title: string, lines: readonly string[] = []) =>
    record.lines.push(`group: ${title}`, ...lines);
  let tempDir: string | undefined;
  const host: Host = {
    name: 'the plain host',
    run: {
      url: '',
      label: undefined,
      workflow: undefined,
      commit: '',
      commitUrl: (commit) => commit,
      pull: undefined,
      origin: undefined,
      isPublic: undefined,
      isForFork: false,
    },
    hints: { allowIdentity: '', logIn: () => [], jobsWithoutCredentials: '', debugLog: '' },
    log: {
      debug: logAs('debug'),
      info: logAs('info'),
      notice: logAs('notice'),
      warning: (_, text) => logAs('warning')(text),
      group,
      openGroup: (title) => {
        group(title);
        return () => undefined;
      },
    },
    tempDir: () => (tempDir ??= mkdtempSync(path.join(folder, 'temp-'))),
    tempRoot: path.join(folder, 'temp'),
    workspaceDir: folder,
    input: (name) => given[name] ?? '',
    mask: (secret) => record.secrets.push(secret),
    maskLater: (text) => record.secrets.push(text),
    checkOutputs: () => undefined,
    output: (name, value) => {
      record.outputs[name] = value;
    },
    summary: (markdown) => {
      record.summaries.push(markdown);
      return Promise.resolve();
    },
    fail: (text) => {
      record.failure = [text].flat().join('\n');
    },
  };
  return { host, record };
}

/** Runs a command to its end with such a host. */
export async function runCommand(
  command: (host: Host) => Promise<void>,
  platform: Platform,
  folder: string,
  inputs: Readonly<Record<string, string>> = {},
): Promise<HostRecord> {
  const { host, record } = plainHost(platform, folder, inputs);
  await command(host);
  return record;
}
