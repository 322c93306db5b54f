import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Throttle {
  /** The target's URL with the proxy's port. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A TCP proxy with a limit of `bytesPerSecond` for all connections together.
 * @param direction what is limited: `up` to the server, or `down` from it
 */
export async function throttle(
  target: string,
  bytesPerSecond: number,
  direction: 'up' | 'down' = 'up',
): Promise<Throttle> {
  const { hostname, port } = new URL(target);
  let free = performance.now();
  const pass = async (from: net.Socket, to: net.Socket) => {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      free = Math.max(free, performance.now()) + (1000 * chunk.length) / bytesPerSecond;
      await sleep(free - performance.now());
      if (!to.write(chunk)) await once(to, 'drain');
    }
    to.end();
  };
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (client) => {
    const upstream = net.connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    }
    const [from, to] = direction === 'up' ? [client, upstream] : [upstream, client];
    to.pipe(from);
    pass(from, to).catch(() => to.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as net.AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
