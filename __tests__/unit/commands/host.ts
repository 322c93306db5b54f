import { mkdtempSync } from 'node:fs';
import path from 'node:path';

import type { Host, Text } from '../../../src/hosts/host.ts';
import type { Platform } from '../../../platform/platform.ts';
import { inputsFor } from '../../support/subject.ts';

/** What a command has told its host. */
export interface Told {
  /** Lines as `info: …`, titles of groups as `group: …`. */
  readonly lines: string[];
  readonly outputs: Record<string, string | number>;
  readonly summaries: string[];
  readonly secrets: string[];
  /** Why the step failed; undefined where it did not. */
  failure: string | undefined;
}

/** A host that is a plain object: it gives these inputs and keeps what it is told. */
export function plainHost(
  platform: Platform,
  folder: string,
  inputs: Readonly<Record<string, string>>,
): { readonly host: Host; readonly told: Told } {
  const told: Told = { lines: [], outputs: {}, summaries: [], secrets: [], failure: undefined };
  const given: Readonly<Record<string, string>> = { ...inputsFor(platform), ...inputs };
  const tell = (kind: string) => (text: Text) =>
    told.lines.push(...[text].flat().map((line) => `${kind}: ${line}`));
  const group = (title: string, lines: readonly string[] = []) =>
    told.lines.push(`group: ${title}`, ...lines);
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
      debug: tell('debug'),
      info: tell('info'),
      notice: tell('notice'),
      warning: (_, text) => tell('warning')(text),
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
    mask: (secret) => told.secrets.push(secret),
    maskLater: (text) => told.secrets.push(text),
    checkOutputs: () => undefined,
    output: (name, value) => {
      told.outputs[name] = value;
    },
    summary: (markdown) => {
      told.summaries.push(markdown);
      return Promise.resolve();
    },
    fail: (text) => {
      told.failure = [text].flat().join('\n');
    },
  };
  return { host, told };
}

/** Runs a command to its end with such a host. */
export async function runCommand(
  command: (host: Host) => Promise<void>,
  platform: Platform,
  folder: string,
  inputs: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const { host, told } = plainHost(platform, folder, inputs);
  await command(host);
  return told;
}
