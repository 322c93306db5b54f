import { get as plainGet } from 'node:http';
import { get as secureGet } from 'node:https';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';

/** The caller, from a verified token. */
export interface Principal {
  /** E.g. `service-account-ci-publisher`. */
  readonly name: string;
  readonly subject: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly token: string;
  readonly claims: JWTPayload;
}

/** Verifies the value of an Authorization header. Throws or rejects if it is invalid. */
export type Authenticator = (authorization: string | undefined) => Promise<Principal>;

/**
 * Verifies bearer tokens of one issuer: RS256 signature, issuer, expiry and audience.
 *
 * @param jwksUrl the issuer's keys. They are fetched once, and again for an unknown key
 * @param trust PEM to trust if `jwksUrl` is HTTPS
 */
export function createAuthenticator(options: {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly audience: string;
  readonly trust: string | undefined;
}): Authenticator {
  const keys: JWTVerifyGetKey = createRemoteJWKSet(new URL(options.jwksUrl), {
    [customFetch]: (url) => fetchTrusting(url, options.trust),
  });
  return async (authorization) => {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new Error('no bearer token');
    const { payload } = await jwtVerify(token, keys, {
      issuer: options.issuer,
      audience: options.audience,
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'sub'],
    });
    const claim = (name: string): string => (typeof payload[name] === 'string' ? payload[name] : '');
    return {
      name: claim('preferred_username'),
      subject: claim('sub'),
      clientId: claim('azp'),
      scopes: claim('scope').split(' '),
      token,
      claims: payload,
    };
  };
}

/** `fetch` has no option for trusted certificates. Node's HTTPS client has one. */
async function fetchTrusting(url: string, trust: string | undefined): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const secure = url.startsWith('https:');
  const request = secure ? secureGet(url, trust === undefined ? {} : { ca: trust }) : plainGet(url);
  request.on('error', reject);
  request.on('response', (response) => {
    text(response).then(
      (body) => resolve(new Response(body, { status: response.statusCode ?? 500 })),
      reject,
    );
  });
  return promise;
}
