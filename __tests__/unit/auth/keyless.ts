import { expect } from '@jest/globals';

import { openCredential } from '../../../src/auth/credential.ts';
import { openTokenSource } from '../../../src/auth/tokenSource.ts';
import { hintsFor } from '../../../src/hosts/github/hints.ts';
import { githubIdentity } from '../../../src/hosts/github/identity.ts';
import { rejectionOf } from '../failure.ts';
import { transport } from '../servers.ts';
import { type IssuerRules, serveIssuer } from './issuer.ts';
import { type TokenService, bearer } from './tokenService.ts';

export const options = { clientSecret: undefined, audience: undefined, certificates: [] };

type Mask = (text: string) => void;

/** The part of a host that provides GitHub's identity tokens. */
export const hostOf = (environment: Readonly<Record<string, string>>, mask: Mask = () => undefined) => ({
  identityToken: githubIdentity(environment, 'GitHub', mask),
  hints: hintsFor.GitHub,
});

/** Retries end soon, because servers of tests do not recover. */
const retries = { policy: { baseMs: 1, maxMs: 20, budgetMs: 1_500 } };

/** Opens a token source without a client secret. It requests no token yet. */
export async function open(
  service: Pick<TokenService, 'environment'>,
  rules: IssuerRules = {},
  more: Partial<Parameters<typeof openCredential>[0]> = {},
  mask: Mask = () => undefined,
) {
  const issuer = await serveIssuer(rules);
  const way = transport();
  const app = { issuer: issuer.issuer, clientId: 'app', scope: ['openid', 'gep'], platforms: ['gep'] };
  const credential = await openCredential(
    { ...options, ...more },
    hostOf(service.environment, mask),
    retries,
  );
  const tokens = await openTokenSource(app, credential, way, mask, retries);
  return {
    issuer,
    tokens,
    way,
    [Symbol.asyncDispose]: async () => {
      await way[Symbol.asyncDispose]();
      await issuer[Symbol.asyncDispose]();
    },
  };
}

/** The error of the first request for a token. */
export async function refusal(
  service: TokenService,
  rules: IssuerRules = {},
  more: Partial<Parameters<typeof openCredential>[0]> = {},
) {
  await using opened = await open(service, rules, more);
  const error = await rejectionOf(opened.tokens.token());
  const text = JSON.stringify([error.message, error.hint, error.details]);
  for (const secret of [bearer, ...service.given]) expect(text).not.toContain(secret);
  return { error, grants: opened.issuer.grants(), issuer: opened.issuer.issuer.href };
}
