import { request as forward } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import { pipeline } from 'node:stream';

/**
 * Forwards every request to a server. The `Host` header stays the same, because it is part of signatures.
 *
 * @param target origin of the server, plain HTTP
 * @param headers set on every request, e.g. those with the public URL
 */
export function createProxy(target: string, headers: Readonly<Record<string, string>> = {}): RequestListener {
  return (request, response) => {
    // A new connection for each request, so that the server never closes one that is about to be reused.
    const passed = forward(new URL(target), {
      agent: false,
      method: request.method,
      path: request.url,
      headers: { ...request.headers, ...headers, connection: 'close' },
    });
    passed.on('continue', () => {
      response.writeContinue();
    });
    passed.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, withoutConnection(answer));
      pipeline(answer, response, () => {
        // If one side ended early, pipeline has closed the other.
      });
    });
    passed.on('error', () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502, { connection: 'close' }).end();
    });
    response.on('close', () => {
      passed.destroy();
    });
    request.pipe(passed);
  };
}

/** The raw headers, without those of the connection to the server. */
function withoutConnection({ rawHeaders }: IncomingMessage): string[] {
  return rawHeaders.filter((_, index) => rawHeaders[index - (index % 2)]?.toLowerCase() !== 'connection');
}
