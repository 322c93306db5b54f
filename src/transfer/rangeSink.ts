import { abortError } from '../http/abortSignals.ts';
import { proxyFor } from '../http/proxy.ts';
import type { ConnectionSettings } from '../http/transport.ts';
import { urlProblem } from '../http/urls.ts';
import { StalledError } from '../storage/wireRequest.ts';
import { unwritable } from './fileWriter.ts';
import type { RangePool } from './rangePool.ts';
import type { RangeJob, ReceiveResult } from './threadJobs.ts';
import type { BodySink, SendOptions, WireRequest, WireResponse } from '../storage/wire.ts';

export interface RangeSinkOptions {
  readonly range: RangeJob;
  /** The name that the file gets, for errors. */
  readonly file: string;
  readonly connection: ConnectionSettings;
  readonly pool: RangePool;
  /** Writes a piece, if the usual client receives the response. */
  readonly write: (piece: Buffer, offset: number) => void;
  /** Called with the digest of the range, in hex, if a thread received it. */
  readonly onDigest: (digest: string) => void;
}

/** Receives a range of an object into a file. A worker thread sends the request over its own connections, and writes what arrives. */
export function rangeSink(options: RangeSinkOptions): BodySink {
  const { range, write, pool } = options;
  return {
    length: range.length,
    write,
    receive: async (request, { signal, stallMs }) => {
      const connection = connectionFor(request, options.connection);
      if (!connection) return undefined;
      const { origin, path, headers } = request;
      const job = { ...range, request: { origin, path, headers }, connection, stallMs };
      return answerOf(await pool.receive(job, signal), { signal, stallMs }, options);
    },
  };
}

/** How a thread connects; undefined if the usual client must send the request, or must explain why it cannot. */
function connectionFor(
  { origin, path, headers }: WireRequest,
  { plainHttp, tls, timeoutMs }: ConnectionSettings,
) {
  const url = new URL(origin);
  const isText = [path, ...Object.entries(headers).flat()].every((text) => /^[\x20-\x7e]*$/.test(text));
  if (!isText || path.includes(' ') || urlProblem(url, plainHttp)) return undefined;
  return { proxy: proxyFor(url), tls, timeoutMs };
}

function answerOf(
  result: ReceiveResult,
  { signal, stallMs }: SendOptions,
  { range, file, onDigest }: RangeSinkOptions,
): WireResponse | undefined {
  switch (result.outcome) {
    case 'received':
      onDigest(result.digest);
      return { ...result.answer, body: '', received: range.length };
    case 'refused':
      return result.answer;
    case 'declined':
      return undefined;
    case 'cut':
      throw Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
    case 'stalled':
      throw new StalledError(`No byte moved for ${stallMs / 1000} s`);
    case 'cancelled':
      throw abortError(signal?.reason);
    case 'unwritable': {
      const { message, code } = result;
      throw unwritable(file, Object.assign(new Error(message), { code }));
    }
  }
}
