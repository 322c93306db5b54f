import { type StorageClient, sendAndRead } from './client.ts';
import {
  type ObjectReader,
  describeReadError,
  notModified,
  readObject,
  requestHeaders,
} from './objectReader.ts';
import type { StorageRequest } from './signer.ts';
import type { WireResponse } from './wireRequest.ts';

/** Reads objects of a workspace by its session. The source of a request is the key of the object. */
export function sessionReader(client: StorageClient): ObjectReader {
  return {
    read: async (request) => {
      const { source, buffer, signal } = request;
      const call = {
        method: 'GET',
        path: client.path(source),
        headers: requestHeaders(request),
        into: buffer,
        signal,
      } as const;
      try {
        return await sendAndRead(client, call, (answer) => readObject(answer, request));
      } catch (error) {
        const same = notModified(error, request);
        if (same) return same;
        throw error;
      }
    },
    partSize: (source, etag, signal) =>
      head(client, { source, etag, signal, query: { partNumber: '1' } }, ({ headers }) => {
        const isPart = headers['x-amz-mp-parts-count'] !== undefined;
        return isPart ? Number(headers['content-length']) : undefined;
      }),
    compositeCrc32: (source, etag, signal) =>
      head(client, { source, etag, signal, headers: { 'x-amz-checksum-mode': 'ENABLED' } }, ({ headers }) =>
        headers['x-amz-checksum-crc32']?.toString(),
      ),
    describe: (what, _source, error) => describeReadError(what, client.location, error),
  };
}

interface HeadRequest extends Pick<StorageRequest, 'query' | 'headers'> {
  readonly source: string;
  readonly etag: string;
  readonly signal: AbortSignal;
}

/** Asks for metadata of an object that must still have this ETag (S3 API, HeadObject). */
function head<T>(
  client: StorageClient,
  { source, etag, signal, headers, ...request }: HeadRequest,
  read: (answer: WireResponse) => T,
): Promise<T> {
  const call = {
    ...request,
    method: 'HEAD',
    path: client.path(source),
    headers: { ...headers, 'if-match': `"${etag}"` },
    signal,
  } as const;
  return sendAndRead(client, call, read);
}
