import type { Put } from '../plan.ts';
import type { StorageClient } from '../storage/client.ts';
import { multipartEtag } from '../storage/etag.ts';
import {
  type UploadedPart,
  abortMultipart,
  completeMultipart,
  createMultipart,
} from '../storage/multipart.ts';
import { readContent } from './content.ts';
import type { Ending } from './ending.ts';
import { storeOnce } from './lost.ts';
import { type Part, partsOf } from './parts.ts';
import { putPart } from './put.ts';
import { type Source, openSource } from './source.ts';

/** A large file on its way: begun by its first part, completed by its last, whichever that is. */
export interface MultipartTransfer {
  readonly parts: readonly Part[];
  /** Reads a part into the buffer, or through it, and stores it; resolves to the object's ETag where that completed it. */
  send(part: Part, buffer: Buffer): Promise<string | undefined>;
  /** Forgets what was stored, if anything was begun; what could not be forgotten is told. */
  abandon(): Promise<'nothing' | 'aborted' | 'not-permitted'>;
}

export interface MultipartTools {
  readonly client: StorageClient;
  readonly ending: Ending;
  /** Only where there is no such object yet. */
  readonly ifAbsent: boolean;
  /** Bytes of a part; undefined: from the file's size. */
  readonly partSize: number | undefined;
  /** Called when the last request was sent, and broken off before its answer. */
  readonly onUnanswered: () => void;
}

interface Begun {
  readonly source: Source;
  /** Comes when the storage knows of the upload. */
  readonly uploadId: Promise<string>;
}

/** Prepares the upload of a large file in parts; nothing is opened or sent before the first part. */
export function prepareMultipart(
  put: Put,
  { client, ending, ifAbsent, partSize, onUnanswered }: MultipartTools,
): MultipartTransfer {
  const parts = partsOf(put.file.size, partSize);
  const done: UploadedPart[] = [];
  let beginning: Promise<Begun> | undefined;
  let completed = false;
  const { stop, breakOff } = ending;
  const create = () =>
    createMultipart(client, put.key, { ...put.headers, 'content-type': put.contentType }, breakOff);
  const complete = async (id: string, inOrder: readonly UploadedPart[], etag: () => string) => {
    let stored: string | undefined;
    try {
      await storeOnce(client, put, etag, ifAbsent, async () => {
        stored = await completeMultipart(client, put.key, id, inOrder, { signal: breakOff, ifAbsent });
      });
      return stored ?? etag();
    } catch (error) {
      if (breakOff.aborted) onUnanswered();
      throw error;
    }
  };
  const begin = async () => {
    const source = await openSource(put.file);
    const uploadId = create();
    // What goes wrong is told when it is waited for.
    uploadId.catch(() => undefined);
    return { source, uploadId };
  };
  return {
    parts,
    send: async (part, buffer) => {
      const { source, uploadId } = await (beginning ??= begin());
      const content = await readContent(source, part, buffer);
      const id = await uploadId;
      done.push(await putPart(client, put.key, id, part.number, content, stop));
      if (done.length < parts.length) return undefined;
      await source.verify();
      const inOrder = done.toSorted((a, b) => a.number - b.number);
      const etag = () => multipartEtag(inOrder.map(({ etag: of }) => of));
      stop.throwIfAborted();
      const stored = await complete(id, inOrder, etag);
      completed = true;
      await source.close();
      return stored;
    },
    abandon: async () => {
      if (!beginning || completed) return 'nothing';
      const begun = await beginning.catch(() => undefined);
      if (!begun) return 'nothing';
      await begun.source.close();
      const uploadId = await begun.uploadId.catch(() => undefined);
      return uploadId === undefined ? 'nothing' : abortMultipart(client, put.key, uploadId);
    },
  };
}
