import { type StorageClient, sendAndRead } from './client.ts';
import { sendHead } from './head.ts';
import {
  type ObjectReader,
  describeReadError,
  notModified,
  readObject,
  requestHeaders,
} from './objectReader.ts';

/** Reads objects of a workspace by its session. The source of a request is the key of the object. */
export function sessionReader(client: StorageClient): ObjectReader {
  return {
    connection: client.transport.connection,
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
    partSize: (key, etag, signal) => {
      const call = { query: { partNumber: '1' }, headers: { 'if-match': `"${etag}"` }, signal };
      return sendHead(client, key, call, ({ headers }) => {
        const isPart = headers['x-amz-mp-parts-count'] !== undefined;
        return isPart ? Number(headers['content-length']) : undefined;
      });
    },
    compositeCrc32: (key, etag, signal) => {
      const call = { headers: { 'if-match': `"${etag}"`, 'x-amz-checksum-mode': 'ENABLED' }, signal };
      return sendHead(client, key, call, ({ headers }) => headers['x-amz-checksum-crc32']?.toString());
    },
    describe: (what, _source, error) => describeReadError(what, client.location, error),
  };
}
