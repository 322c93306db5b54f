import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import { mediaType } from '../../src/files/mediaTypes.ts';

export interface StaticServer {
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/**
 * A static web server to compare previews with. It serves files, `index.html` of folders, and pages without `.html` in the URL.
 * @param folders the folders by their URL paths, with a slash at both ends
 * @param fallbacks by the same paths: the page for unknown paths, and its status
 * @param typeOf the media type of a file
 */
export async function serveFolders(
  folders: ReadonlyMap<string, string>,
  fallbacks: ReadonlyMap<string, { readonly name: string; readonly status: number }>,
  typeOf: (file: string) => string = mediaType,
): Promise<StaticServer> {
  const server = createServer((request, response) => {
    void find(new URL(request.url ?? '/', 'http://localhost').pathname).then((found) => {
      if (!found) {
        response.writeHead(404).end();
        return;
      }
      if ('location' in found) {
        response.writeHead(301, { location: found.location }).end();
        return;
      }
      response.writeHead(found.status, { 'content-type': typeOf(found.file) });
      createReadStream(found.file).pipe(response);
    });
  });
  const find = async (pathname: string) => {
    for (const [base, folder] of folders) {
      if (`${pathname}/` === base) return { location: base };
      if (!pathname.startsWith(base)) continue;
      const name = decodeURIComponent(pathname.slice(base.length));
      for (const candidate of [name, `${name}index.html`, `${name}.html`]) {
        const file = path.join(folder, candidate);
        if (await isFile(file)) return { file, status: 200 };
      }
      if (await isFile(path.join(folder, name, 'index.html'))) return { location: `${pathname}/` };
      const fallback = fallbacks.get(base);
      return fallback && { file: path.join(folder, fallback.name), status: fallback.status };
    }
    return undefined;
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}
