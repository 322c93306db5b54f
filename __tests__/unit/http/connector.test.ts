import { type Socket, Socket as TcpSocket, connect } from 'node:net';

import { expect, test } from '@jest/globals';

import { type ConnectOptions, createConnector } from '../../../src/http/connector.ts';
import { serve } from '../servers.ts';

/** The result of a connection to each address: the milliseconds that it takes, or an error code. */
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
      // All addresses lead to the server of the test, each after its delay.
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
    'with many addresses, alternating between IPv4 and IPv6',
    {
      '192.0.2.1': 'ECONNREFUSED',
      '192.0.2.2': 'ECONNREFUSED',
      '192.0.2.3': 0,
      '2001:db8::1': 'ENETUNREACH',
    },
    ['192.0.2.1', '2001:db8::1', '192.0.2.2', '192.0.2.3'],
  ],
])('connects to a host %s', async (_, network, dialed) => {
  await using server = await serve(() => ({}));
  const attempt = open('dual.example', server.port, network);
  (await attempt.opened).destroy();
  expect(attempt.dialed).toEqual(dialed);
});

test('if no address answers, the most specific error is reported', async () => {
  const { opened } = open('dual.example', 9, { '2001:db8::1': 'ENETUNREACH', '192.0.2.1': 'ECONNREFUSED' });
  await expect(opened).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a host that never answers fails after the time limit', async () => {
  const { opened } = open('dual.example', 9, { '192.0.2.1': 60_000 }, { timeoutMs: 100 });
  await expect(opened).rejects.toMatchObject({ code: 'UND_ERR_CONNECT_TIMEOUT' });
});

test('the abort signal ends the resolution of a name', async () => {
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
  '%s is this machine, without a request to the resolver',
  async (name) => {
    await using server = await serve(() => ({}));
    const resolve = () => Promise.reject(new Error('asked the resolver'));
    const { opened } = open(name, server.port, {}, { resolve, dial: (address) => connect(address) });
    const socket = await opened;
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  },
);
