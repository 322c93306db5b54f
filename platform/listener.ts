import { createServer } from 'node:http';
import type { RequestListener, ServerOptions } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ServerCertificate } from './certificates.ts';

/** A server that listens on the loopback interface. */
export interface Listener {
  readonly port: number;
  /** `http://127.0.0.1:PORT` or, with a certificate, `https://localhost:PORT`. */
  readonly origin: string;
  /** Sets the handler. A server whose configuration contains its own URL can listen first and answer later. */
  handle(handler: RequestListener): void;
  close(): Promise<void>;
}

const options: ServerOptions = {
  // A presigned URL has 1.7 kB and may come twice (request line and Referer). Node's default is 16 kB.
  maxHeaderSize: 64 * 1024,
  // A body of 10 GiB can take longer than Node's default of five minutes.
  requestTimeout: 0,
  // Longer than clients keep idle connections, so that the server never closes one that is about to be reused.
  keepAliveTimeout: 120_000,
};

/** Awaited before a request is handled. */
export type Hold = (request: { readonly method: string; readonly url: URL }) => Promise<unknown>;

/**
 * Listens on 127.0.0.1, with HTTPS if there is a certificate.
 *
 * @param port the port to listen on. 0 or `undefined`: any free port
 * @param hold by default, each request is handled at once
 * @throws an error that names the port, if it is in use
 */
export async function listen(
  port: number | undefined,
  certificate: ServerCertificate | undefined,
  hold?: Hold,
): Promise<Listener> {
  let current: RequestListener = (_request, response) => {
    response.writeHead(503).end();
  };
  const server =
    certificate === undefined
      ? createServer(options)
      : createSecureServer({ ...options, key: certificate.key, cert: certificate.certificate });
  server.on('request', (request, response) => {
    if (!hold) {
      current(request, response);
      return;
    }
    const { method = '', url = '/' } = request;
    void hold({ method, url: new URL(url, listener.origin) }).then(() => current(request, response));
  });
  // Without this listener, Node.js sends "100 Continue" before the handler sees the headers.
  server.on('checkContinue', (request, response) => {
    current(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port ?? 0, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  const listener: Listener = {
    port: bound,
    origin: certificate === undefined ? `http://127.0.0.1:${bound}` : `https://localhost:${bound}`,
    handle(handler) {
      current = handler;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return listener;
}
