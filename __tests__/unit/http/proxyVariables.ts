import { afterEach, beforeEach } from '@jest/globals';

const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'];

/** Removes the proxy variables of this process before and after each test of the file. */
export function clearProxiesForEachTest(): void {
  const clear = () => {
    for (const name of names) Reflect.deleteProperty(process.env, name);
  };
  beforeEach(clear);
  afterEach(clear);
}
