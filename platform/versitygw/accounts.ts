import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { PutBucketPolicyCommand, type S3Client } from '@aws-sdk/client-s3';

import { region } from '../catalogue.ts';
import { newSecret } from '../real/sharedKeycloak.ts';
import type { RootCredentials } from '../real/minio.ts';
import type { OpenSession, StoragePoint } from '../terrapi/storagepoint.ts';
import type { Versitygw } from './server.ts';

/**
 * Opens sessions on a storage without STS: each storage point has an account with static keys, and the policy of the bucket limits the account
 * to the storage point. The keys have no session token, and the storage never rejects them as expired.
 *
 * @param program path of the gateway's program, which creates accounts
 * @param client S3 client of the administrator
 */
export function createSessionOpener(program: string, gateway: Versitygw, client: S3Client): OpenSession {
  const accounts = new Map<string, { readonly point: StoragePoint; readonly keys: RootCredentials }>();
  const accountFor = async (point: StoragePoint): Promise<RootCredentials> => {
    const known = accounts.get(point.name);
    if (known !== undefined) return known.keys;
    const keys = { accessKey: point.name, secretKey: newSecret() };
    await createAccount(program, gateway, keys);
    accounts.set(point.name, { point, keys });
    const points = Array.from(accounts.values(), (account) => account.point);
    await client.send(
      new PutBucketPolicyCommand({
        Bucket: point.bucket,
        Policy: bucketPolicy(points.filter(({ bucket }) => bucket === point.bucket)),
      }),
    );
    return keys;
  };
  // One after the other, so that two sessions of one storage point share its account.
  let last: Promise<unknown> = Promise.resolve();
  return async (point, lifeSeconds) => {
    const opened = last.then(() => accountFor(point));
    last = opened.catch(() => undefined);
    const keys = await opened;
    return { ...keys, token: undefined, expiration: new Date(Date.now() + lifeSeconds * 1000) };
  };
}

async function createAccount(
  program: string,
  { url, root }: Versitygw,
  keys: RootCredentials,
): Promise<void> {
  const admin = ['admin', '--region', region, '--endpoint-url', url];
  const administrator = ['--access', root.accessKey, '--secret', root.secretKey];
  const user = ['--access', keys.accessKey, '--secret', keys.secretKey, '--role', 'user'];
  await promisify(execFile)(program, [...admin, ...administrator, 'create-user', ...user]);
}

/** The policy of a bucket: each account may use the actions of its storage point, below its prefix. The gateway's policies have no conditions. */
function bucketPolicy(points: readonly StoragePoint[]): string {
  const onBucket = new Set(['s3:ListBucket', 's3:GetBucketLocation']);
  const statements = points.flatMap(({ name, bucket, prefix, scopes }) => [
    {
      Effect: 'Allow',
      Principal: { AWS: [name] },
      Action: scopes.filter((action) => onBucket.has(action)),
      Resource: [`arn:aws:s3:::${bucket}`],
    },
    {
      Effect: 'Allow',
      Principal: { AWS: [name] },
      Action: scopes.filter((action) => !onBucket.has(action)),
      Resource: [`arn:aws:s3:::${bucket}/${prefix}*`],
    },
  ]);
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
