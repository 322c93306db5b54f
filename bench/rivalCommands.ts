import { join } from 'node:path';
import { buckets, region } from '../platform/catalogue.ts';
import type { Task } from './contenders.ts';
import type { RivalName } from './rivals.ts';

/** Arguments and environment of one run. */
interface Invocation {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Usual command lines: defaults, and the options that the manuals advise for many files. */
export const rivalCommands: Readonly<Record<RivalName, (task: Task) => Invocation>> = {
  s5cmd: ({ source, route, prefix, target }) => {
    const upload = [source.single ? source.path : `${source.path}/`, remote(prefix)];
    const download = [`${remote(prefix)}*`, `${target}/`];
    return {
      args: ['--endpoint-url', route.storageUrl, 'cp', ...(target === undefined ? upload : download)],
      environment: {},
    };
  },
  rclone: ({ source, route, prefix, target, unchanged }) => {
    const stored = `:s3:${buckets.outputs}/${prefix}`;
    return {
      args: [
        unchanged && target === undefined ? 'sync' : 'copy',
        ...(unchanged ? ['--checksum'] : []),
        ...['--transfers', '32', '--checkers', '32', '--s3-no-check-bucket'],
        ...(target === undefined ? [source.path, stored] : [stored, target]),
      ],
      environment: {
        RCLONE_CONFIG: '',
        RCLONE_S3_PROVIDER: 'Minio',
        RCLONE_S3_ENV_AUTH: 'true',
        RCLONE_S3_ENDPOINT: route.storageUrl,
        RCLONE_S3_REGION: region,
      },
    };
  },
  'aws-cli': ({ source, route, prefix, target }) => ({
    args: [
      ...['s3', 'cp', '--no-progress', '--endpoint-url', route.storageUrl],
      ...(target === undefined && source.single ? [] : ['--recursive']),
      ...(target === undefined ? [source.path, remote(prefix)] : [remote(prefix), target]),
    ],
    environment: {},
  }),
};

function remote(prefix: string): string {
  return `s3://${buckets.outputs}/${prefix}`;
}

const none = join(import.meta.dirname, 'none');

/** Variables with the credentials. They also stop the tools from searching elsewhere. */
export function credentialsOf({ credentials }: Task): Record<string, string> {
  if (credentials === undefined) throw new Error('These servers have credentials for the action only');
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKey,
    AWS_SECRET_ACCESS_KEY: credentials.secretKey,
    ...(credentials.token !== undefined && { AWS_SESSION_TOKEN: credentials.token }),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: none,
    AWS_SHARED_CREDENTIALS_FILE: none,
  };
}
