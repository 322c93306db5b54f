import { type Socket, Socket as TcpSocket, connect } from 'node:net';

import { expect, test } from '@jest/globals';

import { type ConnectOptions, createConnector } from '../../../src/http/connector.ts';
import { serve } from '../servers.ts';

/** What becomes of a connection to each address: it takes so many milliseconds, or fails by a code. */
type Network = Readonly<Record<string, number | string>>;

const familyOf = (address: string) => (address.includes(':') ? 6 : 4);

function open(hostname: string, port: number, network: Network, more: Partial<ConnectOptions> = {}) {
  const dialed: string[] = [];
  const connector = createConnector({
    proxy: undefined,
    tls: { rejectUnauthorized: true },
    timeoutMs: 5_000,
    signal: new AbortController().signal,
    resolve: () =>
      Promise.resolve(Object.keys(network).map((address) => ({ address, family: familyOf(address) }))),
    dial: ({ host }) => {
      dialed.push(host);
      const way = network[host] ?? 0;
      const socket = new TcpSocket();
      // All of them lead to the one server of the test, each in its own time.
      if (typeof way === 'number') {
        const timer = setTimeout(() => socket.connect(port, '127.0.0.1'), way);
        socket.once('close', () => clearTimeout(timer));
      } else process.nextTick(() => socket.destroy(Object.assign(new Error(way), { code: way })));
      return socket;
    },
    ...more,
  });
  const opened = new Promise<Socket>((resolve, reject) => {
    const target = { hostname, host: `${hostname}:${port}`, protocol: 'http:', port: String(port) };
    connector(target, (error, socket) => (error ? reject(error) : resolve(socket)));
  });
  return { opened, dialed };
}

test.each<[string, Network, string[]]>([
  [
    'far away, with an IPv6 address that has no route',
    { '192.0.2.1': 400, '2001:db8::1': 'ENETUNREACH' },
    ['192.0.2.1', '2001:db8::1'],
  ],
  ['that drops IPv6', { '2001:db8::1': 60_000, '192.0.2.1': 0 }, ['2001:db8::1', '192.0.2.1']],
  [
    'whose first address refuses',
    { '192.0.2.1': 'ECONNREFUSED', '192.0.2.2': 0 },
    ['192.0.2.1', '192.0.2.2'],
  ],
  [
    'with many addresses, by turns of their families',
    {
      '192.0.2.1': 'ECONNREFUSED',
      '192.0.2.2': 'ECONNREFUSED',
      '192.0.2.3': 0,
      '2001:db8::1': 'ENETUNREACH',
    },
    ['192.0.2.1', '2001:db8::1', '192.0.2.2', '192.0.2.3'],
  ],
])('a host %s is connected to', async (_, network, dialed) => {
  await using server = await serve(() => ({}));
  const attempt = open('dual.example', server.port, network);
  (await attempt.opened).destroy();
  expect(attempt.dialed).toEqual(dialed);
});

test('where no address answers, the error is the one that says most', async () => {
  const { opened } = open('dual.example', 9, { '2001:db8::1': 'ENETUNREACH', '192.0.2.1': 'ECONNREFUSED' });
  await expect(opened).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a host that never answers ends with the time there is', async () => {
  const { opened } = open('dual.example', 9, { '192.0.2.1': 60_000 }, { timeoutMs: 100 });
  await expect(opened).rejects.toMatchObject({ code: 'UND_ERR_CONNECT_TIMEOUT' });
});

test('a name that is not resolved ends with the signal', async () => {
  const abort = new AbortController();
  const { opened } = open(
    'dual.example',
    9,
    {},
    { signal: abort.signal, resolve: () => new Promise(() => undefined) },
  );
  const reason = new Error('cancelled');
  abort.abort(reason);
  await expect(opened).rejects.toBe(reason);
});

test.each(['localhost', 'minio.localhost', 'LOCALHOST.'])(
  '%s is this machine, and no name for a resolver',
  async (name) => {
    await using server = await serve(() => ({}));
    const resolve = () => Promise.reject(new Error('asked the resolver'));
    const { opened } = open(name, server.port, {}, { resolve, dial: (address) => connect(address) });
    const socket = await opened;
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  },
);
