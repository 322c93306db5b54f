import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { compactVerify, createRemoteJWKSet, decodeJwt, decodeProtectedHeader } from 'jose';
import type { JWTPayload } from 'jose';
import type { IssuerClient } from './issuer.ts';

/** A client without a secret. It logs in with another issuer's tokens that have its subject. */
export interface FederatedClient {
  readonly id: string;
  readonly subject: string;
}

/** An issuer, its keys, and the clients that log in with its tokens. */
export interface IdentityProvider {
  readonly authority: { readonly issuer: string; readonly jwksUrl: string };
  readonly clients: readonly FederatedClient[];
}

export interface FederationOptions {
  /** URL of the issuer that the clients log in to. It is the expected audience. */
  readonly issuer: string;
  /** The issuers whose tokens are accepted: Keycloak's identity providers. */
  readonly providers: readonly IdentityProvider[];
  /** Clients with a secret. They cannot log in with an assertion. */
  readonly others: readonly IssuerClient[];
}

export interface Federation {
  /** The federated clients, with random internal secrets. */
  readonly clients: readonly IssuerClient[];
  /** Handles client assertions at the token endpoint, before a handler that knows client secrets only. */
  before(path: string, handler: RequestListener): RequestListener;
}

/** Keycloak's error for a rejected assertion. */
interface Rejection {
  readonly status: number;
  readonly error: string;
  readonly error_description: string;
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** In seconds: Keycloak's maximum age of an assertion, and the allowed clock skew of this realm. */
const longestAge = 300;
const clockSkew = 30;

/**
 * Client assertions of another issuer (RFC 7523, 2.2), for clients that Keycloak calls "Signed JWT - Federated". The checks, their order and
 * the errors are those of Keycloak 26.7. Each assertion is accepted once.
 */
export function createFederation(options: FederationOptions): Federation {
  const federated = options.providers.flatMap((provider) => provider.clients);
  const clients = federated.map(({ id }) => ({ id, secret: randomBytes(24).toString('hex') }));
  const verify = createVerifier(options);
  return {
    clients,
    before: (path, handler) => (request, response) => {
      if (request.method !== 'POST' || request.url !== path) {
        handler(request, response);
        return;
      }
      void text(request).then(async (body) => {
        const form = new URLSearchParams(body);
        const isOther =
          options.others.some(({ id }) => id === form.get('client_id')) && form.has('client_secret');
        const result = form.has('client_assertion') && !isOther ? await verify(form) : undefined;
        if (typeof result === 'object') {
          const { status, ...rejection } = result;
          response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
          response.end(JSON.stringify(rejection));
          return;
        }
        const client = clients.find(({ id }) => id === result);
        for (const name of ['client_assertion', 'client_assertion_type']) form.delete(name);
        if (client) {
          form.set('client_id', client.id);
          form.set('client_secret', client.secret);
        }
        handler(withBody(request, form.toString()), response);
      });
    },
  };
}

/** Verifies assertions. The result is the ID of the client, or a rejection. */
function createVerifier({ issuer, providers, others }: FederationOptions) {
  const keysOf = new Map(
    providers.map(({ authority }) => [authority.issuer, createRemoteJWKSet(new URL(authority.jwksUrl))]),
  );
  const used = new Set<string>();
  return async (form: URLSearchParams): Promise<string | Rejection> => {
    const assertion = form.get('client_assertion') ?? '';
    const clientId = form.get('client_id');
    const unknown: Rejection = {
      status: 401,
      error: others.some(({ id }) => id === clientId) ? 'unauthorized_client' : 'invalid_client',
      error_description: 'Invalid client or Invalid client credentials',
    };
    const known = [...providers.flatMap(({ clients }) => clients), ...others].map(({ id }) => id);
    if (form.get('client_assertion_type') !== assertionType) return unknown;
    if (clientId !== null && !known.includes(clientId)) return unknown;
    const claims = decoded(assertion);
    const provider = providers.find(({ authority }) => authority.issuer === claims?.iss);
    const client = provider?.clients.find(({ subject }) => subject === claims?.sub);
    const keys = keysOf.get(claims?.iss ?? '');
    if (!claims || !client || !keys) return unknown;
    if (clientId !== null && clientId !== client.id) {
      return others.some(({ id }) => id === clientId)
        ? unknown
        : rejected('client_id parameter does not match authenticated client');
    }
    if (decodeProtectedHeader(assertion).alg === 'none') return rejected('Invalid signature algorithm');
    const isSigned = await compactVerify(assertion, keys).then(
      () => true,
      () => false,
    );
    if (!isSigned) return unknown;
    return claimProblem(claims, issuer, used) ?? client.id;
  };
}

/** The problem with the claims of a correctly signed assertion. Marks the assertion as used if there is none. */
function claimProblem({ aud, exp, nbf = 0, iat, jti }: JWTPayload, issuer: string, used: Set<string>) {
  const audiences = [aud ?? []].flat();
  if (!audiences.includes(issuer)) return rejected('Invalid token audience');
  if (audiences.length > 1) return rejected('Multiple audiences not allowed');
  if (exp === undefined) return rejected('Token exp claim is required');
  const now = Math.floor(Date.now() / 1000);
  if (exp <= now || nbf - clockSkew > now) return rejected('Token is not active');
  if (iat === undefined) {
    if (exp - now > longestAge)
      return rejected('Token expiration is too far in the future and iat claim not present in token');
  } else {
    if (iat - clockSkew > now) return rejected('Token was issued in the future');
    if (now > iat + longestAge) return rejected('Token was issued too far in the past to be used now');
  }
  if (jti === undefined) return rejected('Token jti claim is required');
  if (used.has(jti)) return rejected('Token reuse detected');
  used.add(jti);
  return undefined;
}

function rejected(description: string): Rejection {
  return { status: 400, error: 'invalid_client', error_description: description };
}

function decoded(assertion: string): JWTPayload | undefined {
  try {
    return decodeJwt(assertion);
  } catch {
    return undefined;
  }
}

/** Copies a request with a new body, because a stream can be read only once. */
function withBody(
  request: IncomingMessage & { readonly originalUrl?: string },
  body: string,
): IncomingMessage {
  const { method, url, originalUrl, headers, rawHeaders, socket, httpVersion } = request;
  const bytes = Buffer.from(body);
  return Object.assign(Readable.from([bytes], { objectMode: false }), {
    ...{ method, url, originalUrl, rawHeaders, socket, httpVersion },
    headers: { ...headers, 'content-length': String(bytes.length) },
  }) as unknown as IncomingMessage;
}
