import * as oidc from 'openid-client';

import { ActionError, actionErrorIn, causes, messageOf } from './errors.ts';
import { connectionFailure, isCertificateError, isNetworkError } from './failures.ts';
import { isLoopback } from './loopback.ts';
import { excerpt } from './printable.ts';
import { renewable } from './renewable.ts';
import { type RetryPolicy, type Verdict, retry, retryAfter } from './retry.ts';
import type { Transport } from './transport.ts';

export interface ClientApp {
  readonly issuer: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Scopes asked for, the platforms' among them. */
  readonly scope: readonly string[];
  /** The part of `scope` that came from the input `platforms`, for error messages. */
  readonly platforms: readonly string[];
}

/** Access tokens for the client app, renewed before they end; all who ask at the same time share one request. */
export interface TokenSource {
  /** An access token with a good part of its life left. */
  token(): Promise<string>;
  /** Another access token, after a server refused `refused`; the current one when that is another already. */
  renew(refused: string): Promise<string>;
}

interface Grant {
  readonly accessToken: string;
  /** Milliseconds since the epoch, by the servers' clock. */
  readonly renewAt: number;
}

const policy: RetryPolicy = { tries: 3, baseMs: 300, maxMs: 2_000, budgetMs: 3_000 };

/**
 * Opens the client app's token source: OpenID Connect discovery (OpenID Connect Discovery 1.0, section 4), then the client credentials
 * grant (RFC 6749, section 4.4) whenever a token is wanted and none is fresh.
 * @param mask told every token before anything else sees it
 * @throws ActionError `unreachable`, `untrusted-certificate`, `issuer`, `credentials` or `scope`
 */
export async function openTokenSource(
  app: ClientApp,
  transport: Transport,
  mask: (secret: string) => void,
): Promise<TokenSource> {
  const fetch = maskingFetch(transport.fetch, mask);
  const server = await discover(app, fetch, transport);
  const grant = renewable(
    () => requestGrant(app, server, fetch, transport),
    ({ renewAt }) => renewAt > transport.clock.now(),
  );
  return {
    token: async () => (await grant.get()).accessToken,
    renew: async (refused) => (await grant.replace((held) => held.accessToken === refused)).accessToken,
  };
}

async function discover(app: ClientApp, fetch: typeof globalThis.fetch, transport: Transport) {
  const location = new URL(`${withoutSlash(app.issuer.href)}/.well-known/openid-configuration`);
  try {
    const config = await retry(
      () =>
        oidc.discovery(location, app.clientId, undefined, oidc.None(), {
          [oidc.customFetch]: fetch as oidc.CustomFetch,
          execute: extensions(app.issuer),
          timeout: 10,
        }),
      (error) => judge(error, transport.clock.now()),
      policy,
    );
    const server = config.serverMetadata();
    checkIssuer(app.issuer, server);
    return server;
  } catch (error) {
    throw actionErrorIn(error) ?? discoveryFailure(app.issuer, error);
  }
}

/** Whether the configuration is that issuer's own (OpenID Connect Discovery 1.0, section 4.3); a `/` at its end is not told apart. */
function checkIssuer({ href }: URL, { issuer, token_endpoint: endpoint }: oidc.ServerMetadata): void {
  if (withoutSlash(new URL(issuer).href) !== withoutSlash(href)) {
    throw new ActionError('issuer', `Issuer ${href} calls itself ${excerpt(issuer)}`, {
      hint: `Set input 'issuer' to the name that it has for itself, if that is the one you mean.`,
    });
  }
  if (endpoint === undefined || !URL.canParse(endpoint)) {
    throw new ActionError('issuer', `Issuer ${href} names no token endpoint`, {
      hint: `Its OpenID configuration has to hold 'token_endpoint'; if it goes on, tell those who run it.`,
    });
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

async function requestGrant(
  app: ClientApp,
  server: oidc.ServerMetadata,
  fetch: typeof globalThis.fetch,
  { clock }: Transport,
): Promise<Grant> {
  const requestedAt = clock.now();
  try {
    const answer = await retry(
      () => {
        const config = new oidc.Configuration(
          server,
          app.clientId,
          { [oidc.clockSkew]: clock.skewSeconds, [oidc.clockTolerance]: 30 },
          oidc.ClientSecretPost(app.clientSecret),
        );
        config[oidc.customFetch] = fetch as oidc.CustomFetch;
        config.timeout = 10;
        for (const extend of extensions(app.issuer)) extend(config);
        return oidc.clientCredentialsGrant(config, { scope: app.scope.join(' ') });
      },
      (error) => judge(error, clock.now()),
      policy,
    );
    const life = answer.expires_in ?? 60;
    const margin = Math.min(60, life / 5);
    return { accessToken: answer.access_token, renewAt: requestedAt + (life - margin) * 1000 };
  } catch (error) {
    throw actionErrorIn(error) ?? grantFailure(app, new URL(server.token_endpoint ?? app.issuer), error);
  }
}

/** Plain http is for an issuer on this very machine alone; the inputs have seen to that for others. */
function extensions({ hostname }: URL): ((config: oidc.Configuration) => void)[] {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to make it stand out, not to be removed
  return isLoopback(hostname) ? [oidc.allowInsecureRequests] : [];
}

/**
 * Masks what the token endpoint hands out as it comes in, before the library or an error of its own can hold it. A challenge is taken out of
 * the answer: for the library it would stand before the error in the body, which says more (RFC 6749, 5.2).
 */
function maskingFetch(
  fetch: typeof globalThis.fetch,
  mask: (secret: string) => void,
): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const text = await response.text();
    for (const [, token = ''] of text.matchAll(
      /"(?:access|refresh|id)_token"\s*:\s*("(?:[^"\\]|\\["\\/bfnrtu])+")/g,
    ))
      mask(String(JSON.parse(token)));
    const headers = new Headers(response.headers);
    headers.delete('www-authenticate');
    return new Response(text.length > 0 ? text : null, { status: response.status, headers });
  };
}

function answerOf(error: unknown): Response | undefined {
  for (const cause of causes(error)) {
    if ('response' in cause && cause.response instanceof Response) return cause.response;
    if (cause.cause instanceof Response) return cause.cause;
  }
  return undefined;
}

function judge(error: unknown, now: number): Verdict {
  if (isCertificateError(error)) return 'fail';
  if (isNetworkError(error)) return 'retry';
  const answer = answerOf(error);
  if (!answer || (answer.status !== 429 && answer.status < 500)) return 'fail';
  const afterMs = retryAfter(answer.headers.get('retry-after'), now);
  return afterMs === undefined ? 'retry' : { afterMs };
}

function discoveryFailure(issuer: URL, error: unknown): ActionError {
  if (isNetworkError(error)) return connectionFailure('Issuer', issuer, "input 'issuer'", error);
  const status = answerOf(error)?.status;
  const said =
    status === undefined || status === 200
      ? messageOf(error)
      : `its OpenID configuration was answered with ${status}`;
  return new ActionError(
    'issuer',
    `Issuer ${issuer.href} is not an OpenID Connect issuer: ${excerpt(said)}`,
    {
      hint: `Check input 'issuer': it is the URL that '/.well-known/openid-configuration' is added to, e.g. https://iam.terradue.com/realms/master.`,
      cause: error,
    },
  );
}

function grantFailure(app: ClientApp, endpoint: URL, error: unknown): ActionError {
  if (isNetworkError(error)) return connectionFailure('Token endpoint', endpoint, "input 'issuer'", error);
  const status = answerOf(error)?.status ?? 200;
  const isRefusal = error instanceof oidc.ResponseBodyError && status !== 429 && status < 500;
  if (!isRefusal) {
    const said = status === 200 ? messageOf(error) : `it answered with ${status}`;
    return new ActionError('issuer', `Issuer ${app.issuer.href} gave no usable token: ${excerpt(said)}`, {
      hint:
        status === 429 || status >= 500
          ? `The issuer is in trouble or asked too often; run the job again later.`
          : `The issuer's answer is not what OpenID Connect asks for; if it goes on, tell those who run it.`,
      cause: error,
    });
  }
  const said = excerpt(`${error.error}${error.error_description ? `: ${error.error_description}` : ''}`);
  if (error.error === 'invalid_scope') {
    const platforms = app.platforms.length > 0 ? app.platforms.join(', ') : 'none';
    return new ActionError(
      'scope',
      `Client app '${excerpt(app.clientId)}' may not have the scopes it asked for (${said})`,
      {
        hint: `Asked for '${app.scope.join(' ')}' (platforms: ${platforms}). Check inputs 'platforms' and 'scope', or have the scope added to the client app.`,
        cause: error,
      },
    );
  }
  return new ActionError(
    'credentials',
    `Issuer ${app.issuer.href} refuses client app '${excerpt(app.clientId)}' (${error.status} ${said})`,
    {
      hint: `Check inputs 'client-id' and 'client-secret': the secret may have been rotated, or belong to another client app or issuer.`,
      cause: error,
    },
  );
}
