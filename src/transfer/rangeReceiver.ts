import { systemCode, messageOf } from '../errors/error.ts';
import { openRangeWriter } from './rangeWriter.ts';
import { type ResponseHead, parseHead } from './responseHead.ts';
import type { Wire, Wires } from './threadWire.ts';
import type { ReceiveJob, ReceiveResult } from './threadJobs.ts';

/** Longer heads, and longer errors, are not read here. */
const longestText = 64 * 1024;

/**
 * Requests a range of an object, and writes it into a file while it arrives. It only takes a response that is the content in one piece (RFC 9112,
 * 6.3), or the text of an error. It declines everything else, so that the usual client of the main thread gets the response instead.
 */
export async function receiveRange(
  job: ReceiveJob,
  wires: Wires,
  signal: AbortSignal,
): Promise<ReceiveResult> {
  // If this throws, no connection is open yet.
  const text = requestText(job);
  const connecting = wires.to(job);
  const { promise: cancelled, resolve: cancel } = Promise.withResolvers<'cancelled'>();
  const onAbort = () => cancel('cancelled');
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  const wire = await Promise.race([connecting.catch(() => undefined), cancelled]);
  signal.removeEventListener('abort', onAbort);
  if (wire === 'cancelled') {
    connecting.then(wires.release, () => undefined);
    return { outcome: 'cancelled' };
  }
  if (!wire) return { outcome: 'declined' };
  return receiveOver(wire, job, { text, signal, release: wires.release });
}

function receiveOver(
  wire: Wire,
  job: ReceiveJob,
  { text, signal, release }: Pick<Wires, 'release'> & { readonly text: string; readonly signal: AbortSignal },
): Promise<ReceiveResult> {
  const { promise, resolve } = Promise.withResolvers<ReceiveResult>();
  const response = createResponse(wire, job);
  const watch = watchStall(job.stallMs, () => settle({ outcome: 'stalled' }));
  const settle = (result: ReceiveResult, isReusable = false) => {
    watch.end();
    signal.removeEventListener('abort', onAbort);
    wire.receive = wire.ended = () => undefined;
    let [outcome, isKept] = [result, isReusable];
    try {
      response.close();
    } catch (error) {
      [outcome, isKept] = [unwritable(error), false];
    }
    if (isKept) release(wire);
    else wire.socket.destroy();
    resolve(outcome);
  };
  const onAbort = () => settle({ outcome: 'cancelled' });
  signal.addEventListener('abort', onAbort);
  wire.ended = () => settle({ outcome: response.hasBegun() ? 'cut' : 'declined' });
  wire.receive = (bytes) => {
    watch.moved();
    try {
      const result = response.add(bytes);
      if (result) settle(result, response.isReusable());
    } catch (error) {
      settle(unwritable(error));
    }
  };
  wire.socket.write(text);
  return promise;
}

function unwritable(error: unknown): ReceiveResult {
  return { outcome: 'unwritable', message: messageOf(error), code: systemCode(error) };
}

function requestText({ request: { origin, path, headers } }: ReceiveJob): string {
  const all = { host: new URL(origin).host, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}connection: keep-alive\r\n\r\n`;
}

/** Takes the bytes of a response. */
function createResponse(wire: Wire, job: ReceiveJob) {
  let start = Buffer.alloc(0);
  let body: ResponseBody | undefined;
  return {
    hasBegun: () => body?.isObject === true,
    isReusable: () => body?.isReusable() === true,
    close: () => body?.close(),
    /** @returns a result if the response is complete, or is declined */
    add: (bytes: Buffer): ReceiveResult | undefined => {
      if (body) return body.add(bytes);
      start = Buffer.concat([start, bytes]);
      const head = parseHead(start);
      if (head === undefined && start.length <= longestText) return undefined;
      if (!head || head === 'unusable') return { outcome: 'declined' };
      const isError = head.status >= 400;
      if (isError ? head.bodyBytes > longestText : head.bodyBytes !== job.length)
        return { outcome: 'declined' };
      body = isError ? errorBody(head) : objectBody(head, job, wire);
      return body.add(start.subarray(head.headBytes));
    },
  };
}

interface ResponseBody {
  readonly isObject: boolean;
  readonly add: (content: Buffer) => ReceiveResult | undefined;
  /** Bytes after the content would be taken for the next response. */
  readonly isReusable: () => boolean;
  readonly close: () => void;
}

function objectBody(
  { status, headers, isKeptAlive }: ResponseHead,
  job: ReceiveJob,
  wire: Wire,
): ResponseBody {
  const writer = openRangeWriter(job, wire.keepsBytes);
  return {
    isObject: true,
    add: (content) => {
      if (!writer.add(content)) return undefined;
      return { outcome: 'received', answer: { status, headers }, digest: writer.finish() };
    },
    isReusable: () => isKeptAlive && writer.isExact(),
    close: () => writer.close(),
  };
}

function errorBody({ status, headers, bodyBytes, isKeptAlive }: ResponseHead): ResponseBody {
  let text = Buffer.alloc(0);
  return {
    isObject: false,
    add: (content) => {
      text = Buffer.concat([text, content]);
      if (text.length < bodyBytes) return undefined;
      const body = text.toString('utf8', 0, bodyBytes);
      return { outcome: 'refused', answer: { status, headers, body, received: bodyBytes } };
    },
    isReusable: () => isKeptAlive && text.length === bodyBytes,
    close: () => undefined,
  };
}

/** Calls back when no byte has moved for some milliseconds. */
function watchStall(stallMs: number, onStall: () => void) {
  let last = performance.now();
  const check = () => {
    const left = last + stallMs - performance.now();
    if (left <= 0) onStall();
    else timer = setTimeout(check, left);
  };
  let timer = setTimeout(check, stallMs);
  return {
    moved: () => {
      last = performance.now();
    },
    end: () => clearTimeout(timer),
  };
}
