import { join } from 'node:path';
import { buckets } from '../platform/catalogue.ts';
import { prepareAction } from './action.ts';
import type { Command } from './measure.ts';
import { installPlain } from './baseline.ts';
import { credentialsOf, rivalCommands } from './rivalCommands.ts';
import { installRival } from './rivals.ts';
import type { Program, RivalName } from './rivals.ts';
import type { Credentials, Route } from './servers/protocol.ts';
import type { Source } from './sources.ts';

export const contenderNames = [
  'action',
  'upload',
  's5cmd',
  's5cmd-static',
  'rclone',
  'aws-cli',
  'plain',
  'node',
] as const;

export type ContenderName = (typeof contenderNames)[number];

export const credentialsKinds = ['static', 'session'] as const;

export type CredentialsKind = (typeof credentialsKinds)[number];

/** One run of a contender. */
export interface Task {
  readonly source: Source;
  readonly route: Route;
  /** For all contenders except the action. */
  readonly credentials: Credentials | undefined;
  /** Folder below the workspace, without slashes at its ends. */
  readonly destination: string;
  /** Its prefix in the bucket. Ends with a slash. */
  readonly prefix: string;
  /** The folder to download the prefix into; undefined for uploads. */
  readonly target: string | undefined;
  /** Whether all files are at their destination already, and only changes are to be transferred. */
  readonly unchanged: boolean;
  /** Additional inputs of the action. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** A command and its cleanup. */
export interface PreparedCommand extends Command {
  cleanUp?(): Promise<void>;
}

/** A tool that takes part in the comparison. */
export interface Contender {
  /** Variants of the action have the same name. */
  readonly name: ContenderName;
  /** Unique ID, without spaces and slashes. */
  readonly id: string;
  /** Label in the table. */
  readonly label: string;
  readonly version: string;
  /** Whether it transfers files. */
  readonly transfers: boolean;
  /** Whether it can skip unchanged files. Otherwise it transfers all files again. */
  readonly comparesContent: boolean;
  /** What it signs with, whatever the command line says. */
  readonly credentials?: CredentialsKind;
  prepare(task: Task): Promise<PreparedCommand>;
}

/**
 * Prepares a contender, and installs it if necessary.
 *
 * @param report called with a sentence for each step that takes minutes
 */
export async function findContender(
  name: ContenderName,
  report: (message: string) => void,
): Promise<Contender> {
  if (name === 'action') return prepareAction({});
  if (name === 'upload') return uploadAlone(await prepareAction({}));
  if (name === 'node') return emptyProgram;
  if (name === 'plain') return plainContender(await installPlain());
  if (name === 's5cmd-static')
    return withStaticKeys(rivalContender('s5cmd', await installRival('s5cmd', report)));
  return rivalContender(name, await installRival(name, report));
}

/** The action without the additional inputs of the load. */
function uploadAlone(action: Contender): Contender {
  const prepare = (task: Task) => action.prepare({ ...task, inputs: {} });
  return { ...action, name: 'upload', id: 'upload', label: 'the same upload alone', prepare };
}

/** A rival that signs with static keys. */
function withStaticKeys(rival: Contender): Contender {
  return {
    ...rival,
    name: 's5cmd-static',
    id: 's5cmd-static',
    label: `${rival.label} with static keys`,
    credentials: 'static',
  };
}

const folder = import.meta.dirname;

const emptyProgram: Contender = {
  name: 'node',
  id: 'node',
  label: 'an empty Node.js program',
  version: process.version,
  transfers: false,
  comparesContent: false,
  prepare: () =>
    Promise.resolve({
      command: process.execPath,
      arguments: [join(folder, 'empty.js')],
      environment: {},
      folder,
    }),
};

function plainContender(bundle: string): Contender {
  return {
    name: 'plain',
    id: 'plain',
    label: 'SDK `Upload`, one at a time',
    version: process.version,
    transfers: true,
    comparesContent: false,
    prepare: (task) =>
      Promise.resolve({
        command: process.execPath,
        arguments: [bundle, task.source.path, buckets.outputs, task.prefix],
        environment: { ...credentialsOf(task), AWS_ENDPOINT_URL: task.route.storageUrl },
        folder,
      }),
  };
}

const labels: Readonly<Record<RivalName, string>> = {
  s5cmd: '`s5cmd cp`',
  rclone: '`rclone copy` (`--checksum` for unchanged files), 32 transfers',
  'aws-cli': '`aws s3 cp`',
};

function rivalContender(name: RivalName, program: Program): Contender {
  return {
    name,
    id: name,
    label: labels[name],
    version: program.version,
    transfers: true,
    comparesContent: name === 'rclone',
    prepare: (task) => {
      const { args, environment } = rivalCommands[name](task);
      return Promise.resolve({
        command: program.command,
        arguments: [...program.arguments, ...args],
        environment: { ...credentialsOf(task), ...program.environment, ...environment },
        folder,
      });
    },
  };
}
