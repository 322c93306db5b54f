import { type StorageCall, type StorageClient, sendAndRead } from './client.ts';
import { normalizeEtag } from './etag.ts';
import { StorageError } from './s3Error.ts';
import { mismatchError, notS3Error } from './storedCheck.ts';
import type { WireResponse } from './wire.ts';

export interface ObjectHead {
  readonly size: number;
  /** See {@link normalizeEtag}. */
  readonly etag: string;
  /** Names are in lower case. */
  readonly headers: WireResponse['headers'];
}

/**
 * Reads the size, ETag and headers of an object (S3 API, HeadObject); undefined if it does not exist.
 * @throws StorageError also for an answer that is not S3's, e.g. the page of a captive portal
 */
export async function headObject(client: StorageClient, key: string): Promise<ObjectHead | undefined> {
  try {
    return await sendHead(client, key, {}, readHead);
  } catch (error) {
    if (error instanceof StorageError && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * Asks for metadata of an object (S3 API, HeadObject).
 * @throws as {@link StorageClient.send}, and the errors of `read`
 */
export function sendHead<T>(
  client: StorageClient,
  key: string,
  call: Pick<StorageCall, 'query' | 'headers' | 'signal'>,
  read: (answer: WireResponse) => T,
): Promise<T> {
  return sendAndRead(client, { ...call, method: 'HEAD', path: client.path(key) }, read);
}

function readHead(answer: WireResponse): ObjectHead {
  const { status, headers } = answer;
  const etag = normalizeEtag(headers['etag']);
  if (status !== 200 || etag === '') throw notS3Error(answer);
  return { size: Number(headers['content-length'] ?? NaN), etag, headers };
}

/**
 * Checks an object that was just written, if the response to the write had an ETag that is not an MD5: the object must have the size of the
 * content, and that ETag. The server has checked the content itself, by the `Content-MD5` or CRC-32 of the request.
 * @param etag the ETag in the response to the write
 * @throws StorageError `OtherContent` if another object is there, or none
 */
export async function verifyObject(
  client: StorageClient,
  key: string,
  size: number,
  etag: string,
): Promise<void> {
  const head = await headObject(client, key);
  if (head?.size !== size || head.etag !== normalizeEtag(etag)) throw mismatchError(false);
}

/** Most parallel requests. */
const maxConcurrent = 16;

/** Heads of many objects by key. It omits objects that do not exist. */
export async function headObjects(
  client: StorageClient,
  keys: Iterable<string>,
): Promise<Map<string, ObjectHead>> {
  const heads = new Map<string, ObjectHead>();
  const left = keys[Symbol.iterator]();
  const work = async () => {
    for (let next = left.next(); !next.done; next = left.next()) {
      const head = await headObject(client, next.value);
      if (head) heads.set(next.value, head);
    }
  };
  await Promise.all(Array.from({ length: maxConcurrent }, work));
  return heads;
}
