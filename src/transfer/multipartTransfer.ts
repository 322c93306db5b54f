import { messageOf } from '../errors/error.ts';
import { type Put, objectHeaders } from '../sync/plan.ts';
import type { StorageClient } from '../storage/client.ts';
import { multipartEtag } from '../storage/etag.ts';
import { verifyObject } from '../storage/head.ts';
import {
  type UploadedPart,
  abortMultipart,
  abortOrphanedUploads,
  completeMultipart,
  createMultipart,
  mayHaveStarted,
} from '../storage/multipart.ts';
import { readRequestBody } from './requestBody.ts';
import type { GracefulStop } from './gracefulStop.ts';
import { idempotentPut } from './idempotentPut.ts';
import { type Part, partsOf } from './partSize.ts';
import { putPart } from './putObject.ts';
import { type FileReader, openFile } from './fileReader.ts';
import { storedTypeOfStart } from './storedType.ts';

/** What the storage has for a file. */
export interface StoredObject {
  readonly etag: string;
  readonly contentType: string;
}

/** The multipart upload of one file. The first part to be sent creates it, the last one completes it. */
export interface MultipartTransfer {
  readonly parts: readonly Part[];
  /**
   * Reads a part into the buffer, or through it, and uploads it.
   * @returns the ETag and the type of the object if this part completed it
   */
  send(part: Part, buffer: Buffer): Promise<StoredObject | undefined>;
  /** Aborts the upload if it was created and is not complete. */
  abort(): Promise<'nothing' | 'aborted' | 'not-permitted'>;
}

export interface MultipartOptions {
  readonly client: StorageClient;
  readonly shutdown: GracefulStop;
  /** Never replace an existing object. */
  readonly ifAbsent: boolean;
  /** In bytes; undefined: it depends on the size of the file. */
  readonly partSize: number | undefined;
  /** Called if the request that completes the upload was aborted before its response. */
  readonly onUnanswered: () => void;
  /** Called if the storage may keep an upload whose creation got no response. */
  readonly onOrphan: (reason: string) => void;
}

interface Started {
  readonly reader: FileReader;
  readonly contentType: string;
  readonly uploadId: Promise<string>;
}

/** Prepares a multipart upload. It opens and sends nothing before the first part. */
export function prepareMultipart(put: Put, options: MultipartOptions): MultipartTransfer {
  const { client, shutdown, partSize } = options;
  const parts = partsOf(put.file.size, partSize);
  const done: UploadedPart[] = [];
  let started: Promise<Started> | undefined;
  let completed = false;
  const { stopSignal } = shutdown;
  const lost = { since: undefined as number | undefined };
  const start = async () => {
    const reader = await openFile(put.file);
    const contentType = await storedTypeOfStart(put, reader).catch(async (error: unknown) => {
      await reader.close();
      throw error;
    });
    const uploadId = createOnce(put, contentType, options, lost);
    // `send` awaits it and handles the error.
    uploadId.catch(() => undefined);
    return { reader, contentType, uploadId };
  };
  return {
    parts,
    send: async (part, buffer) => {
      const { reader, contentType, uploadId } = await (started ??= start());
      const content = await readRequestBody(reader, part, buffer);
      const id = await uploadId;
      done.push(await putPart(client, put.key, id, part.number, content, stopSignal));
      if (done.length < parts.length) return undefined;
      await reader.verify();
      const inOrder = done.toSorted((a, b) => a.number - b.number);
      stopSignal.throwIfAborted();
      const etag = await completeOnce(put, options, id, inOrder);
      completed = true;
      await reader.close();
      return { etag, contentType };
    },
    abort: async () => {
      if (!started || completed) return 'nothing';
      const upload = await started.catch(() => undefined);
      if (!upload) return 'nothing';
      await upload.reader.close();
      const uploadId = await upload.uploadId.catch(() => undefined);
      const deadline = AbortSignal.any([client.transport.cleanup.signal, AbortSignal.timeout(abortMs)]);
      if (uploadId !== undefined) return abortMultipart(client, put.key, uploadId, deadline);
      return lost.since === undefined
        ? 'nothing'
        : abortOrphanedUploads(client, put.key, undefined, lost.since, deadline);
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
  contentType: string,
  { client, shutdown, onOrphan }: MultipartOptions,
  lost: { since: number | undefined },
): Promise<string> {
  const headers = { ...objectHeaders(put), 'content-type': contentType };
  const startedAt = client.clock.now();
  const uploadId = await createMultipart(client, put.key, headers, {
    signal: shutdown.abortSignal,
    onRetry: (error) => {
      if (mayHaveStarted(error)) lost.since = startedAt;
    },
  });
  if (lost.since === undefined) return uploadId;
  const signal = AbortSignal.any([shutdown.abortSignal, AbortSignal.timeout(abortMs)]);
  const result = await abortOrphanedUploads(client, put.key, uploadId, lost.since, signal).catch(messageOf);
  if (result !== 'aborted') onOrphan(result);
  return uploadId;
}

/** @returns the ETag of the object */
async function completeOnce(
  put: Put,
  { client, shutdown: { abortSignal }, ifAbsent, onUnanswered }: MultipartOptions,
  uploadId: string,
  inOrder: readonly UploadedPart[],
): Promise<string> {
  const etag = () => multipartEtag(inOrder.map(({ etag: of }) => of));
  let stored: string | undefined;
  try {
    await idempotentPut(client, put, etag, ifAbsent, async () => {
      stored = await completeMultipart(client, put.key, uploadId, inOrder, { signal: abortSignal, ifAbsent });
      const isUnconfirmed = inOrder.some((part) => part.isUnconfirmed);
      if (isUnconfirmed) await verifyObject(client, put.key, put.file.size, stored);
    });
    return stored ?? etag();
  } catch (error) {
    if (abortSignal.aborted) onUnanswered();
    throw error;
  }
}
