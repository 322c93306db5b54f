import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { ActionError, actionErrorIn } from '../errors/error.ts';
import { rejectOnAbort } from '../http/abortSignals.ts';
import { failurePage, successPage } from './loginPage.ts';

/** The redirect with which the issuer ends the login in the browser (RFC 6749, 4.1.2). */
export interface Redirect {
  readonly url: URL;
  /** The authorization code; undefined if the issuer reports an error. */
  readonly code: string | undefined;
}

/** A server on the loopback interface that waits for the redirect. */
export interface Loopback extends AsyncDisposable {
  readonly redirectUri: string;
  /**
   * Waits for the redirect of this login.
   * @throws ActionError `login-mismatch` if a redirect has another `state`; the signal's reason
   */
  redirect(signal: AbortSignal): Promise<Redirect>;
  /** Does the rest of the login, and shows the result in the browser. */
  answer<T>(work: () => Promise<T>): Promise<T>;
}

const path = '/callback';
const endPath = '/done';

/** Milliseconds that the browser has to fetch the last page. */
const lastPageMs = 3_000;

/**
 * Listens on a free port of 127.0.0.1 (RFC 8252, 7.3 and 8.3).
 * @param state the `state` that the redirect must have
 */
export async function openLoopback(state: string): Promise<Loopback> {
  const arrived = Promise.withResolvers<Redirect>();
  const page = Promise.withResolvers<string>();
  const shown = Promise.withResolvers<undefined>();
  // If the login fails before it waits for the redirect, the rejection has no handler.
  arrived.promise.catch(() => undefined);
  let redirectUri = '';
  let isRedirected = false;
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? '', redirectUri);
    if (!isFromBrowser(request, url, redirectUri)) {
      response.writeHead(404, headers).end();
    } else if (url.pathname === endPath) {
      void page.promise.then((html) => response.end(html, () => shown.resolve(undefined)));
      response.writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' });
    } else {
      // The first redirect counts. The browser is sent on to a page whose URL has no code.
      if (!isRedirected) receive(url, state, arrived, page);
      isRedirected = true;
      response.writeHead(303, { ...headers, location: endPath }).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return {
    redirectUri,
    redirect: (signal) => Promise.race([arrived.promise, rejectOnAbort(signal)]),
    answer: async (work) => {
      try {
        const result = await work();
        page.resolve(successPage());
        return result;
      } catch (error) {
        page.resolve(failurePage(actionErrorIn(error)?.code));
        throw error;
      }
    },
    [Symbol.asyncDispose]: async () => {
      if (isRedirected) await Promise.race([shown.promise, sleep(lastPageMs, undefined, { ref: false })]);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const headers = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Whether a request is for one of the two pages, and was made for this address: a name that resolves to 127.0.0.1 is refused. */
function isFromBrowser(
  { method, headers: { host } }: IncomingMessage,
  url: URL | null,
  redirectUri: string,
): url is URL {
  return (
    method === 'GET' &&
    host === new URL(redirectUri).host &&
    (url?.pathname === endPath || (url?.pathname === path && url.searchParams.has('state')))
  );
}

function receive(
  url: URL,
  state: string,
  arrived: PromiseWithResolvers<Redirect>,
  page: PromiseWithResolvers<string>,
): void {
  if (url.searchParams.get('state') === state) {
    arrived.resolve({ url, code: url.searchParams.get('code') ?? undefined });
    return;
  }
  const error = mismatch();
  page.resolve(failurePage(error.code));
  arrived.reject(error);
}

function mismatch(): ActionError {
  return new ActionError(
    'login-mismatch',
    `The browser came back with the answer to another login: its 'state' differs`,
    {
      hint: `Run 'upload-to-workspace login' again, and use only the page that it opens. If you did not start another login, somebody may have sent you a link to theirs.`,
    },
  );
}
