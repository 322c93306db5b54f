import { ListObjectsV2Command } from '@aws-sdk/client-s3';

import type { Session } from '../workspace.ts';
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

interface Page {
  readonly objects: readonly RemoteObject[];
  /** Where the next page begins; undefined for the last one. */
  readonly next: string | undefined;
}

/** All objects whose keys begin with `prefix`, in the order of their keys. */
export async function listObjects(
  client: StorageClient,
  prefix: string,
  persist: Persist,
): Promise<RemoteObject[]> {
  const found: RemoteObject[] = [];
  for await (const objects of listPages(client, prefix, persist)) found.push(...objects);
  return found;
}

/**
 * All objects whose keys begin with `prefix`, in the order of their keys, by pages of 1,000 (S3 API, ListObjectsV2). The next page is asked
 * for before one is handed out, so that the storage works on it meanwhile.
 */
export async function* listPages(
  client: StorageClient,
  prefix: string,
  persist: Persist,
): AsyncGenerator<readonly RemoteObject[]> {
  const ask = (token: string | undefined) =>
    persist(() => client.withSession((session) => getPage(client, session, prefix, token)));
  for (let asked: Promise<Page> | undefined = ask(undefined); asked;) {
    const { objects, next }: Page = await asked;
    asked = next === undefined ? undefined : ask(next);
    // Whoever goes through the pages may stop before this one is waited for.
    asked?.catch(() => undefined);
    yield objects;
  }
}

/** Keys are asked for percent-encoded, since XML has no way to write some of the characters that they may hold. */
async function getPage(
  { location, region, transport }: StorageClient,
  session: Session,
  prefix: string,
  token: string | undefined,
): Promise<Page> {
  const command = new ListObjectsV2Command({
    Bucket: location.bucket,
    Prefix: prefix,
    EncodingType: 'url',
    ...(token !== undefined && { ContinuationToken: token }),
  });
  const page = await viaSdk(() => createSdk(location, region, session, transport).send(command));
  const decode = page.EncodingType === 'url' ? urlDecode : (key: string) => key;
  const objects = (page.Contents ?? []).map(({ Key = '', Size = 0, ETag = '', LastModified }) => ({
    key: decode(Key),
    size: Size,
    etag: ETag.replaceAll('"', ''),
    lastModified: LastModified?.getTime() ?? Infinity,
  }));
  return { objects, next: page.IsTruncated ? page.NextContinuationToken : undefined };
}

/** As query strings are written: a space is `+`. */
function urlDecode(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}
