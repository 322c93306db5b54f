import { afterAll, beforeAll } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Visit, loginCases } from '../cases/login.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await startEmbeddedPlatform();
});
afterAll(() => platform.stop());

/** Submits the forms of the embedded platform, as a browser does, with its cookies. */
const visit: Visit = async (url) => {
  const cookies = new Map<string, string>();
  let page = await open(url, cookies);
  for (;;) {
    // The login page has a form that allows the login first.
    const [, action, fields = ''] = /<form[^>]*action="([^"]+)"[^>]*>([^]*?)<\/form>/.exec(page.text) ?? [];
    if (action === undefined) return page;
    const inputs = [...fields.matchAll(/name="([^"]+)" value="([^"]*)"/g)];
    const body = new URLSearchParams(
      inputs.map(([, name = '', value = '']): [string, string] => [name, value]),
    );
    page = await open(new URL(action, page.address).href, cookies, body);
  }
};

async function open(url: string, cookies: Map<string, string>, body?: URLSearchParams) {
  let address = url;
  let request: RequestInit = body ? { method: 'POST', body } : {};
  for (;;) {
    const cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, { ...request, headers: { cookie }, redirect: 'manual' });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) return { address, text: await response.text() };
    address = new URL(location, address).href;
    request = {};
  }
}

loginCases(() => platform, visit);
