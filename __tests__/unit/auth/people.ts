import path from 'node:path';

import { type Login, loginFile } from '../../../src/auth/loginFile.ts';
import type { LoginKey } from '../../../src/auth/loginNames.ts';
import { type PublicClient, openPublicClient } from '../../../src/auth/publicClient.ts';
import type { Transport } from '../../../src/http/transport.ts';
import { folderWith } from '../../support/folder.ts';
import { type Issuer, type IssuerRules, serveIssuer } from './issuer.ts';

/** Gives issuers of tests little time to come back. */
export const policy = { baseMs: 1, maxMs: 20, budgetMs: 1_500 };

/** An issuer with the endpoints that people need. */
export function servePeople(rules: IssuerRules = {}, endpoints: object = {}): Promise<Issuer> {
  return serveIssuer({
    discovery: (_, configuration) => {
      const { issuer } = configuration as { readonly issuer: string };
      return {
        body: {
          ...configuration,
          device_authorization_endpoint: `${issuer}/device`,
          revocation_endpoint: `${issuer}/revoke`,
          authorization_response_iss_parameter_supported: true,
          ...endpoints,
        },
      };
    },
    ...rules,
  });
}

export function keyOf({ issuer }: Issuer): LoginKey {
  return { issuer, clientId: 'people' };
}

export function clientOf(
  issuer: Issuer,
  transport: Transport,
  secrets: string[] = [],
): Promise<PublicClient> {
  return openPublicClient(keyOf(issuer), transport, (secret) => secrets.push(secret), { policy });
}

/** A folder with a login whose access token is valid for so many milliseconds. */
export async function storedLogin(issuer: Issuer, lifeMs: number, more: Partial<Login> = {}) {
  const folder = path.join(folderWith({}), 'upload-to-workspace');
  const file = loginFile(folder, keyOf(issuer));
  await file.write({
    issuer: issuer.issuer.href,
    clientId: 'people',
    user: 'alice',
    scope: ['openid', 'gep'],
    accessToken: 'access-0',
    accessFreshUntil: Date.now() + lifeMs,
    accessUsableUntil: Date.now() + lifeMs,
    refreshToken: 'refresh-0',
    ...more,
  });
  return { folder, file };
}
