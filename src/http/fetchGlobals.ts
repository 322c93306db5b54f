import { FormData, Headers, Request, Response, fetch } from 'undici';

/**
 * Replaces Node's fetch classes by those of this program's undici. Node loads its built-in undici at the first use of one of these
 * globals, which takes 20 ms. The libraries use these globals. Later versions of undici have `install()` for this.
 */
export function installFetch(): void {
  Object.assign(globalThis, { FormData, Headers, Request, Response, fetch });
}
