import { maxResponseBytes } from '../http/responses.ts';
import type { BodySink } from './wire.ts';

/** What the choice of a reader depends on. */
export interface BodyOptions {
  /** See `WireRequest`. */
  readonly into?: BodySink | undefined;
  readonly keepBytes?: number | undefined;
}

/** Reads the body of a response. */
export interface BodyReader {
  /** Whether the body is an object, which may be large. */
  readonly isObject: boolean;
  /** Most bytes of the body. */
  readonly limit: number;
  /** @returns the length of the body so far */
  readonly add: (chunk: Buffer) => number;
  readonly result: () => { readonly body: string; readonly received: number };
}

const usuallyKept = 64 * 1024;

/** Chooses the reader of a body by the beginning of the response. */
export function openBody(
  { status, headers }: { readonly status: number; readonly headers: Readonly<Record<string, unknown>> },
  { into, keepBytes }: BodyOptions,
): BodyReader {
  // A portal or a gateway that answers instead of the storage sends no ETag.
  const isObject = into !== undefined && (status === 200 || status === 206) && headers['etag'] !== undefined;
  return isObject ? createObjectReader(into) : createTextReader(keepBytes);
}

function createObjectReader(into: BodySink): BodyReader {
  let received = 0;
  return {
    isObject: true,
    limit: into.length,
    add: (chunk) => {
      const end = received + chunk.length;
      if (end > into.length) return end;
      if (Buffer.isBuffer(into)) into.set(chunk, received);
      else into.write(chunk, received);
      received = end;
      return end;
    },
    result: () => ({ body: '', received }),
  };
}

/** Collects the beginning of a body. */
function createTextReader(keep = usuallyKept): BodyReader {
  const chunks: Buffer[] = [];
  let received = 0;
  return {
    isObject: false,
    limit: maxResponseBytes,
    add: (chunk) => {
      if (received < keep) chunks.push(chunk);
      received += chunk.length;
      return received;
    },
    result: () => ({ body: Buffer.concat(chunks).toString('utf8', 0, keep), received }),
  };
}
