import { setTimeout as sleep } from 'node:timers/promises';

import * as oidc from 'openid-client';

import { ActionError } from '../errors/error.ts';
import { refreshing } from '../http/refreshingValue.ts';
import type { RetryOptions } from '../http/retry.ts';
import { type Transport, cleanupMs } from '../http/transport.ts';
import { excerpt } from '../text/sanitize.ts';
import type { ClientApp } from './grant.ts';
import { refreshedLogin } from './login.ts';
import { loginError } from './loginErrors.ts';
import { type Login, type LoginFile, loginFile } from './loginFile.ts';
import { type PublicClient, openPublicClient } from './publicClient.ts';
import type { TokenSource } from './tokenSource.ts';

/**
 * A source of access tokens of the user's stored login. It refreshes the login before it expires (RFC 6749, 6), and stores the new tokens
 * before it uses them, because the issuer may accept each refresh token only once.
 * @param folder the folder of the logins
 * @param mask called with each token before any other code sees it
 * @throws ActionError `no-credentials` without a login, `scope-rejected` if the login lacks a scope, `login-file`
 */
export async function openLoginSource(
  app: ClientApp,
  folder: string,
  transport: Transport,
  mask: (secret: string) => void,
  retries: RetryOptions = {},
): Promise<TokenSource> {
  const file = loginFile(folder, app);
  const first = await readMasked(file, mask);
  if (!first) throw noLogin(app);
  checkScope(app, first);
  let client: Promise<PublicClient> | undefined;
  // Most runs do not need the issuer, because the stored access token has not expired. A refresh may end after the run was cancelled: the
  // issuer may have replaced the refresh token already.
  const open = () =>
    (client ??= openPublicClient(app, { ...transport, ...transport.cleanup }, mask, retries));
  const renew = (old: Login) =>
    file.locked(
      async () => {
        const stored = await readMasked(file, mask);
        if (!stored) throw noLogin(app);
        // Another process may have refreshed the login meanwhile.
        if (stored.accessToken !== old.accessToken && isUsable(stored)) return stored;
        const next = await refresh(await open(), stored);
        await file.write(next);
        return next;
      },
      { signal: retries.signal },
    );
  let held = first;
  let isRead = false;
  let renewing: Promise<Login> = Promise.resolve(first);
  const login = refreshing(
    async () => {
      if (isRead || !isUsable(first)) held = await (renewing = renew(held));
      isRead = true;
      return held;
    },
    isFresh,
    isUsable,
  );
  return {
    token: async () => (await login.get()).accessToken,
    refresh: async (refused) =>
      (await login.replace(({ accessToken }) => accessToken === refused)).accessToken,
    settled: () =>
      Promise.race([renewing.catch(() => undefined), sleep(cleanupMs, undefined, { ref: false })]),
  };
}

function isFresh({ accessFreshUntil }: Login): boolean {
  return Date.now() < accessFreshUntil;
}

function isUsable({ accessUsableUntil }: Login): boolean {
  return Date.now() < accessUsableUntil;
}

/** Reads the login and masks its tokens. */
export async function readMasked(
  file: LoginFile,
  mask: (secret: string) => void,
  access: 'private' | 'shared' = 'private',
): Promise<Login | undefined> {
  const login = await file.read(access);
  for (const token of [login?.accessToken, login?.refreshToken]) if (token !== undefined) mask(token);
  return login;
}

async function refresh(client: PublicClient, login: Login): Promise<Login> {
  const { refreshToken } = login;
  if (refreshToken === undefined) throw ended(login);
  const requestedAt = Date.now();
  try {
    const answer = await oidc.refreshTokenGrant(client.configuration, refreshToken);
    return refreshedLogin(login, answer, requestedAt);
  } catch (error) {
    throw loginError('refresh', client, error);
  }
}

function ended({ clientId, issuer }: Login): ActionError {
  return new ActionError(
    'login-ended',
    `The login of client '${excerpt(clientId)}' at ${issuer} has expired: the issuer gave no refresh token`,
    { hint: `Run 'upload-to-workspace login' to log in again.` },
  );
}

function noLogin({ issuer, clientId }: ClientApp): ActionError {
  return new ActionError(
    'no-credentials',
    `No credentials: there is no client secret, and no login of client '${excerpt(clientId)}' at ${issuer.href}`,
    {
      hint: `Run 'upload-to-workspace login' with the same '--client-id' and '--issuer', or set the client secret.`,
    },
  );
}

function checkScope({ scope }: ClientApp, login: Login): void {
  const missing = scope.filter((name) => !login.scope.includes(name));
  if (missing.length === 0) return;
  throw new ActionError(
    'scope-rejected',
    `The login of ${excerpt(login.user)} does not have the scope '${excerpt(missing.join(' '))}'`,
    {
      hint: `Run 'upload-to-workspace login' again with the same '--platforms' and '--scope'. The login has: '${excerpt(login.scope.join(' '))}'.`,
    },
  );
}
