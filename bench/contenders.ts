import { join } from 'node:path';
import { buckets, region } from '../platform/catalogue.ts';
import { prepareAction } from './action.ts';
import type { Command } from './measure.ts';
import { installPlain } from './baseline.ts';
import { installRival } from './rivals.ts';
import type { Program, RivalName } from './rivals.ts';
import type { Credentials, Route } from './servers/protocol.ts';
import type { Source } from './sources.ts';

export const contenderNames = ['action', 'upload', 's5cmd', 'rclone', 'aws-cli', 'plain', 'node'] as const;

export type ContenderName = (typeof contenderNames)[number];

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
  /** Whether all files are stored already, and only changes are to be uploaded. */
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
  /** Whether it uploads files. */
  readonly uploads: boolean;
  /** Whether it can skip unchanged files. Otherwise it uploads all files again. */
  readonly comparesContent: boolean;
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
  return rivalContender(name, await installRival(name, report));
}

/** The action without the additional inputs of the load. */
function uploadAlone(action: Contender): Contender {
  const prepare = (task: Task) => action.prepare({ ...task, inputs: {} });
  return { ...action, name: 'upload', id: 'upload', label: 'the same upload alone', prepare };
}

const folder = import.meta.dirname;

const emptyProgram: Contender = {
  name: 'node',
  id: 'node',
  label: 'an empty Node.js program',
  version: process.version,
  uploads: false,
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
    uploads: true,
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
  rclone: '`rclone copy` (`sync --checksum` for stored files), 32 transfers',
  'aws-cli': '`aws s3 cp`',
};

function rivalContender(name: RivalName, program: Program): Contender {
  return {
    name,
    id: name,
    label: labels[name],
    version: program.version,
    uploads: true,
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

interface Invocation {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Usual command lines: defaults, and the options that the manuals advise for many files. */
const rivalCommands: Readonly<Record<RivalName, (task: Task) => Invocation>> = {
  s5cmd: ({ source, route, prefix }) => ({
    args: [
      '--endpoint-url',
      route.storageUrl,
      'cp',
      source.single ? source.path : `${source.path}/`,
      `s3://${buckets.outputs}/${prefix}`,
    ],
    environment: {},
  }),
  rclone: ({ source, route, prefix, unchanged }) => ({
    args: [
      ...(unchanged ? ['sync', '--checksum'] : ['copy']),
      ...['--transfers', '32', '--checkers', '32', '--s3-no-check-bucket'],
      source.path,
      `:s3:${buckets.outputs}/${prefix}`,
    ],
    environment: {
      RCLONE_CONFIG: '',
      RCLONE_S3_PROVIDER: 'Minio',
      RCLONE_S3_ENV_AUTH: 'true',
      RCLONE_S3_ENDPOINT: route.storageUrl,
      RCLONE_S3_REGION: region,
    },
  }),
  'aws-cli': ({ source, route, prefix }) => ({
    args: [
      ...['s3', 'cp', '--no-progress', '--endpoint-url', route.storageUrl],
      ...(source.single ? [] : ['--recursive']),
      source.path,
      `s3://${buckets.outputs}/${prefix}`,
    ],
    environment: {},
  }),
};

/** Variables with the credentials. They also stop the tools from searching elsewhere. */
function credentialsOf({ credentials }: Task): Record<string, string> {
  if (credentials === undefined) throw new Error('These servers have credentials for the action only');
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKey,
    AWS_SECRET_ACCESS_KEY: credentials.secretKey,
    ...(credentials.token !== undefined && { AWS_SESSION_TOKEN: credentials.token }),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(folder, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
  };
}
