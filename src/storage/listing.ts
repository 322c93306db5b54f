import { ListObjectsV2Command } from '@aws-sdk/client-s3';

import type { StorageClient } from './client.ts';
import { createSdk, viaSdk } from './sdk.ts';

/** An object as a listing tells of it. */
export interface RemoteObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes: the MD5 of the content, or of the parts' MD5s with `-N`; something else where the storage encrypts. */
  readonly etag: string;
  /** Milliseconds since the epoch, by the storage's clock; as good as just now where it does not say. */
  readonly lastModified: number;
}

/** Runs a request until it succeeds or is not worth another try. */
export type Persist = <T>(request: () => Promise<T>) => Promise<T>;

/**
 * All objects whose keys begin with `prefix`, in the order of their keys (S3 API, ListObjectsV2: 1,000 a request). Keys are asked for
 * percent-encoded, since XML has no way to write some of the characters that they may hold.
 */
export async function listObjects(
  client: StorageClient,
  prefix: string,
  persist: Persist,
): Promise<RemoteObject[]> {
  const { location, region, transport } = client;
  const found: RemoteObject[] = [];
  let token: string | undefined;
  do {
    const command = {
      Bucket: location.bucket,
      Prefix: prefix,
      EncodingType: 'url' as const,
      ...(token !== undefined && { ContinuationToken: token }),
    };
    const page = await persist(() =>
      client.withSession((session) =>
        viaSdk(() => createSdk(location, region, session, transport).send(new ListObjectsV2Command(command))),
      ),
    );
    const decode = page.EncodingType === 'url' ? urlDecode : (key: string) => key;
    for (const { Key = '', Size = 0, ETag = '', LastModified } of page.Contents ?? []) {
      found.push({
        key: decode(Key),
        size: Size,
        etag: ETag.replaceAll('"', ''),
        lastModified: LastModified?.getTime() ?? Infinity,
      });
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
  return found;
}

/** As query strings are written: a space is `+`. */
function urlDecode(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}
