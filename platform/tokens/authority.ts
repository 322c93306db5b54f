import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';
import { listen } from '../listener.ts';

/** The issuer of identity tokens and its signing key. */
export interface Authority {
  /** URL of the issuer. Its discovery document and its keys are below it. */
  readonly issuer: string;
  readonly jwksUrl: string;
  /** The private key, with its ID and algorithm. */
  readonly key: JWK;
}

export interface RunningAuthority extends Authority {
  readonly stop: () => Promise<void>;
}

const keysPath = '/.well-known/jwks';

/**
 * Publishes a new signing key like GitHub's token service: with a discovery document and a key set. Issuers may cache the keys, so an
 * authority must live as long as they do. Token services can share it.
 */
export async function startAuthority(): Promise<RunningAuthority> {
  const key = await newSigningKey();
  const listener = await listen(undefined, undefined);
  const issuer = listener.origin;
  const jwksUrl = `${issuer}${keysPath}`;
  const { kty, n, e, kid, alg, use } = key;
  const documents: Readonly<Record<string, object>> = {
    '/.well-known/openid-configuration': {
      issuer,
      jwks_uri: jwksUrl,
      subject_types_supported: ['public', 'pairwise'],
      response_types_supported: ['id_token'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid'],
    },
    [keysPath]: { keys: [{ kty, n, e, kid, alg, use }] },
  };
  listener.handle(({ url = '' }, response) => {
    const document = documents[url];
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(document && JSON.stringify(document));
  });
  return { issuer, jwksUrl, key, stop: () => listener.close() };
}

/** A new private RSA key with a unique ID. */
export async function newSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: 'RS256', use: 'sig' };
}
