import { FormData, Headers, Request, Response, fetch } from 'undici';

/**
 * Has the libraries use this program's undici, as undici's own `install` does in later versions: the one within Node.js is loaded when one of these
 * names is first read, which takes 20 ms.
 */
export function installFetch(): void {
  Object.assign(globalThis, { FormData, Headers, Request, Response, fetch });
}
