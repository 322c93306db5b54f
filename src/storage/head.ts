import type { StorageClient } from './client.ts';
import { plainEtag } from './etag.ts';
import { StorageError } from './failure.ts';

export interface ObjectHead {
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
}

/** Looks at an object; undefined where there is none. */
export async function headObject(client: StorageClient, key: string): Promise<ObjectHead | undefined> {
  try {
    const { headers } = await client.send({ method: 'HEAD', path: client.path(key) });
    return {
      size: Number(headers['content-length'] ?? NaN),
      etag: plainEtag(headers['etag']),
    };
  } catch (error) {
    if (error instanceof StorageError && error.status === 404) return undefined;
    throw error;
  }
}
