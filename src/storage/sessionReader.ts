import type { StorageClient } from './client.ts';
import type { ObjectReader } from './objectReader.ts';

/** Reads objects of a workspace by its session. The source of a request is the key of the object. */
export function sessionReader(client: StorageClient): ObjectReader {
  throw new Error(`Not implemented: ${client.region}`);
}
