import type { Retrier } from '../http/retry.ts';
import type { Transport } from '../http/transport.ts';
import type { ObjectReader } from './objectReader.ts';

export interface LinkReaderOptions {
  /** Default: one retrier per origin with the usual policy. */
  readonly retrierOf?: (origin: string) => Retrier;
  readonly stallMs?: number;
}

/**
 * Reads objects by presigned URLs, without any credentials. The source of a request is the URL. It never follows a redirect, because it could lead
 * to another server.
 */
export function linkReader(transport: Transport, options: LinkReaderOptions = {}): ObjectReader {
  throw new Error(`Not implemented: ${transport.plainHttp} ${options.stallMs}`);
}
