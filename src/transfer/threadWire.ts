import type { Socket } from 'node:net';

import { createConnector } from '../http/connector.ts';
import { dialAddress } from '../http/tcp.ts';
import type { ReceiveJob } from './threadJobs.ts';

/** A connection for ranges. */
export interface Wire {
  readonly socket: Socket;
  readonly origin: string;
  /** Whether the memory of received bytes stays as it is. Otherwise the next bytes overwrite it. */
  readonly keepsBytes: boolean;
  receive: (bytes: Buffer) => void;
  /** Called when the connection is closed, with or without an error. */
  ended: () => void;
}

/**
 * Connections without TLS share this buffer: each reads into it as much as has arrived, and writes it at once. It fits into the cache of the
 * processor. Node.js itself reads 64 KiB at a time, each time into new memory.
 */
const readBytes = 512 * 1024;
let readBuffer: Buffer | undefined;

/** The connections of one thread. */
export interface Wires {
  /**
   * A connection to the server of a job, which may have served other jobs.
   * @throws the error of DNS, TCP, proxy or TLS
   */
  readonly to: (job: ReceiveJob) => Promise<Wire>;
  /** Keeps a connection for the next job, unless they are closed. */
  readonly release: (wire: Wire) => void;
  /** Closes the connections without a job. */
  readonly close: () => void;
}

export function createWires(): Wires {
  const idle = new Map<string, Wire[]>();
  const openers = new Map<string, () => Promise<Wire>>();
  let isClosed = false;
  return {
    to: async (job) => {
      const { origin } = job.request;
      const kept = idle.get(origin)?.pop();
      if (kept) return kept;
      const open = openers.get(origin) ?? createOpener(job);
      openers.set(origin, open);
      return open();
    },
    release: (wire) => {
      if (isClosed) return void wire.socket.destroy();
      const wires = idle.get(wire.origin) ?? [];
      idle.set(wire.origin, wires);
      wire.receive = () => wire.socket.destroy();
      wire.ended = () => {
        const index = wires.indexOf(wire);
        if (index >= 0) wires.splice(index, 1);
      };
      wires.push(wire);
    },
    close: () => {
      isClosed = true;
      for (const { socket } of [...idle.values()].flat()) socket.destroy();
    },
  };
}

function createOpener({ request: { origin }, connection }: ReceiveJob): () => Promise<Wire> {
  const { protocol, hostname: name, host, port } = new URL(origin);
  // In a URL, an IPv6 address is in brackets.
  const hostname = name.replace(/^\[|\]$/g, '');
  const direct = new WeakMap<Socket, Pick<Wire, 'receive'>>();
  const dial = (address: { readonly host: string; readonly port: number }) => {
    const buffer = (readBuffer ??= Buffer.allocUnsafeSlow(readBytes));
    const target: Pick<Wire, 'receive'> = { receive: () => undefined };
    const callback = (count: number) => {
      target.receive(buffer.subarray(0, count));
      return true;
    };
    const socket = dialAddress(address, { onread: { buffer, callback } });
    direct.set(socket, target);
    return socket;
  };
  // TLS and the request to a proxy read from the socket themselves.
  const isDirect = protocol === 'http:' && !connection.proxy;
  const { signal } = new AbortController();
  const connect = createConnector({ ...connection, signal, ...(isDirect && { dial }) });
  return async () => {
    const socket = await new Promise<Socket>((resolve, reject) => {
      connect({ protocol, hostname, host, port }, (...[error, opened]) =>
        error ? reject(error) : resolve(opened),
      );
    });
    const target = direct.get(socket);
    const wire: Wire = {
      socket,
      origin,
      keepsBytes: target === undefined,
      receive: () => undefined,
      ended: () => undefined,
    };
    if (target) target.receive = (bytes) => wire.receive(bytes);
    else socket.on('data', (bytes: Buffer) => wire.receive(bytes));
    socket.on('error', () => undefined).once('end', () => socket.destroy());
    socket.once('close', () => wire.ended());
    return wire;
  };
}
