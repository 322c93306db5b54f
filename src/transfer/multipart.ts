import { messageOf } from '../errors/error.ts';
import type { Put } from '../sync/plan.ts';
import type { StorageClient } from '../storage/client.ts';
import { multipartEtag } from '../storage/etag.ts';
import {
  type UploadedPart,
  abortMultipart,
  abortUnknown,
  completeMultipart,
  createMultipart,
  mayHaveBegun,
} from '../storage/multipart.ts';
import { readContent } from './content.ts';
import type { Ending } from './ending.ts';
import { storeOnce } from './idempotentPut.ts';
import { type Part, partsOf } from './parts.ts';
import { putPart } from './put.ts';
import { type Source, openSource } from './source.ts';

/** The multipart upload of one file. The first part to be sent creates it, the last one completes it. */
export interface MultipartTransfer {
  readonly parts: readonly Part[];
  /**
   * Reads a part into the buffer, or through it, and uploads it.
   * @returns the ETag of the object if this part completed it
   */
  send(part: Part, buffer: Buffer): Promise<string | undefined>;
  /** Aborts the upload if it was created and is not complete. */
  abandon(): Promise<'nothing' | 'aborted' | 'not-permitted'>;
}

export interface MultipartTools {
  readonly client: StorageClient;
  readonly ending: Ending;
  /** Never replace an existing object. */
  readonly ifAbsent: boolean;
  /** In bytes; undefined: it depends on the size of the file. */
  readonly partSize: number | undefined;
  /** Called if the request that completes the upload was aborted before its response. */
  readonly onUnanswered: () => void;
  /** Called if the storage may keep an upload whose creation got no response. */
  readonly onLeftover: (reason: string) => void;
}

interface Begun {
  readonly source: Source;
  readonly uploadId: Promise<string>;
}

/** Prepares a multipart upload. It opens and sends nothing before the first part. */
export function prepareMultipart(put: Put, tools: MultipartTools): MultipartTransfer {
  const { client, ending, partSize } = tools;
  const parts = partsOf(put.file.size, partSize);
  const done: UploadedPart[] = [];
  let beginning: Promise<Begun> | undefined;
  let completed = false;
  const { stop } = ending;
  const lost = { since: undefined as number | undefined };
  const begin = async () => {
    const source = await openSource(put.file);
    const uploadId = createOnce(put, tools, lost);
    // `send` awaits it and handles the error.
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
      stop.throwIfAborted();
      const stored = await completeOnce(put, tools, id, inOrder);
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
      const deadline = AbortSignal.any([client.transport.cleanup.signal, AbortSignal.timeout(abortMs)]);
      if (uploadId !== undefined) return abortMultipart(client, put.key, uploadId, deadline);
      return lost.since === undefined
        ? 'nothing'
        : abortUnknown(client, put.key, undefined, lost.since, deadline);
    },
  };
}

/** Milliseconds until aborting an upload times out. The run waits for it. */
const abortMs = 5_000;

/**
 * Creates the upload. If the response to an earlier try was lost, the storage may have created another upload. That one is found and aborted.
 * @param lost gets the start time of such an earlier try
 */
async function createOnce(
  put: Put,
  { client, ending, onLeftover }: MultipartTools,
  lost: { since: number | undefined },
): Promise<string> {
  const headers = { ...put.headers, 'content-type': put.contentType };
  const startedAt = client.clock.now();
  const uploadId = await createMultipart(client, put.key, headers, {
    signal: ending.breakOff,
    onRetry: (error) => {
      if (mayHaveBegun(error)) lost.since = startedAt;
    },
  });
  if (lost.since === undefined) return uploadId;
  const signal = AbortSignal.any([ending.breakOff, AbortSignal.timeout(abortMs)]);
  const result = await abortUnknown(client, put.key, uploadId, lost.since, signal).catch(messageOf);
  if (result !== 'aborted') onLeftover(result);
  return uploadId;
}

/** @returns the ETag of the object */
async function completeOnce(
  put: Put,
  { client, ending: { breakOff }, ifAbsent, onUnanswered }: MultipartTools,
  uploadId: string,
  inOrder: readonly UploadedPart[],
): Promise<string> {
  const etag = () => multipartEtag(inOrder.map(({ etag: of }) => of));
  let stored: string | undefined;
  try {
    await storeOnce(client, put, etag, ifAbsent, async () => {
      stored = await completeMultipart(client, put.key, uploadId, inOrder, { signal: breakOff, ifAbsent });
    });
    return stored ?? etag();
  } catch (error) {
    if (breakOff.aborted) onUnanswered();
    throw error;
  }
}
