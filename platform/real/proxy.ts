import { request as forward } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import { pipeline } from 'node:stream';

/**
 * Passes every request on to a server, as it is: the `Host` header stays, since signatures hold it.
 *
 * @param target origin of the server, plain HTTP
 * @param headers to be set on every request, e.g. those that tell the server its public address
 */
export function createProxy(target: string, headers: Readonly<Record<string, string>> = {}): RequestListener {
  return (request, response) => {
    // A connection for each request: none can be closed by the server at the moment it is used again.
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
        // Whichever side ended early, pipeline has closed the other.
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

/** Names and values in turn, as they came, without what concerns only the connection behind. */
function withoutConnection({ rawHeaders }: IncomingMessage): string[] {
  return rawHeaders.filter((_, index) => rawHeaders[index - (index % 2)]?.toLowerCase() !== 'connection');
}
