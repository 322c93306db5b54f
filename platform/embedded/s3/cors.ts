import type { IncomingMessage, ServerResponse } from 'node:http';

/** Headers that MinIO allows pages of other origins to read and send. */
const exposed = [
  'Date',
  'Etag',
  'Server',
  'Connection',
  'Accept-Ranges',
  'Content-Range',
  'Content-Encoding',
  'Content-Length',
  'Content-Type',
  'Content-Disposition',
  'Last-Modified',
  'Content-Language',
  'Cache-Control',
  'Retry-After',
  'X-Amz-Bucket-Region',
  'Expires',
  'X-Amz*',
  'X-Amz*',
  '*',
].join(', ');

const methods = ['GET', 'PUT', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PATCH'];

/** Allows any origin to read the response, with credentials. This is MinIO's default. */
export function setCorsHeaders(message: IncomingMessage, response: ServerResponse): void {
  response.setHeader('vary', message.method === 'OPTIONS' ? preflightVary : 'Origin, Accept-Encoding');
  const { origin } = message.headers;
  if (origin === undefined || message.method === 'OPTIONS') return;
  // Pages in a sandboxed frame have the origin "null".
  response.setHeader('access-control-allow-origin', origin === 'null' ? '*' : origin);
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-expose-headers', exposed);
}

const preflightVary = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

/** Answers OPTIONS with 204. Allows every origin and header, and the methods of S3. */
export function answerPreflight(message: IncomingMessage, response: ServerResponse): void {
  const { origin, 'access-control-request-headers': headers } = message.headers;
  const method = message.headers['access-control-request-method'];
  if (origin !== undefined && method !== undefined && methods.includes(method)) {
    response.setHeader('access-control-allow-origin', origin === 'null' ? '*' : origin);
    response.setHeader('access-control-allow-methods', method);
    if (headers !== undefined) response.setHeader('access-control-allow-headers', headers);
    response.setHeader('access-control-allow-credentials', 'true');
  }
  response.writeHead(204).end();
}
