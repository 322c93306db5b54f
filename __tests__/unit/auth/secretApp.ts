import { expect } from '@jest/globals';

import type { ClientApp } from '../../../src/auth/grant.ts';
import { secretCredential } from '../../../src/auth/clientSecret.ts';
import { openTokenSource as openSource } from '../../../src/auth/tokenSource.ts';
import type { Transport } from '../../../src/http/transport.ts';
import { rejectionOf } from '../failure.ts';
import { transport } from '../servers.ts';
import { type Issuer, type IssuerRules, serveIssuer } from './issuer.ts';

export const secret = 'the secret+of/the=app';

export function app(issuer: Issuer, more: Partial<ClientApp> = {}): ClientApp {
  return {
    issuer: issuer.issuer,
    clientId: 'app',
    scope: ['openid', 'gep'],
    platforms: ['gep'],
    ...more,
  };
}

/** Retries end soon, because issuers of tests do not recover. */
export const policy = { baseMs: 1, maxMs: 20, budgetMs: 1_500 };

export function openTokenSource(given: ClientApp, way: Transport, mask: (text: string) => void) {
  return openSource(given, secretCredential(secret), way, mask, { policy });
}

/** The error of the first request for a token to an issuer with these rules. */
export async function refusal(rules: IssuerRules) {
  await using issuer = await serveIssuer(rules);
  await using way = transport();
  const open = async () => (await openTokenSource(app(issuer), way, () => undefined)).token();
  const error = await rejectionOf(open());
  expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain(secret);
  return { error, grants: issuer.grants().length, asked: issuer.asked.length };
}
