import { randomBytes, randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import type { JWK, JWTPayload } from 'jose';
import { type Hold, listen } from '../listener.ts';
import type { FailureAnswer, TokenService } from '../platform.ts';
import type { Authority } from './authority.ts';
import { newSigningKey } from './authority.ts';
import { claimsOf } from './job.ts';
import type { Job } from './job.ts';

const path = '/actions/run/4711/idtoken';

/** A running token service. */
export interface RunningTokenService extends TokenService {
  readonly stop: () => Promise<void>;
}

/**
 * Starts a stand-in for GitHub's token service. A request with the job's bearer token gets an identity token for the requested audience.
 *
 * @param job the job at the start
 * @param port the port to listen on. Default: any free port
 * @throws if the port is in use
 */
export async function startTokenService(
  authority: Authority,
  job: Job,
  port?: number,
  hold?: Hold,
): Promise<RunningTokenService> {
  const listener = await listen(port, undefined, hold);
  const bearer = randomBytes(32).toString('base64url');
  const unknownKey = lazily(newSigningKey);
  const failures: (FailureAnswer | 'cut')[] = [];
  const issued = new Set<string>();
  const requests: { audience: string | undefined; status: number }[] = [];
  const service: RunningTokenService = {
    issuer: authority.issuer,
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${listener.origin}${path}?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
    },
    job,
    ageSeconds: 0,
    forged: false,
    issued,
    requests,
    make: async (audience, changes = {}) =>
      sign(
        { ...claimsNow(service, audience), ...changes },
        service.forged ? await unknownKey() : authority.key,
      ),
    fail: (answer, times) => void failures.push(...Array.from({ length: times }, () => answer)),
    stop: () => listener.close(),
  };
  const answer = async (url: URL, authorization: string | undefined): Promise<FailureAnswer> => {
    if (url.pathname !== path) return { status: 404, body: '{}' };
    if (authorization !== `Bearer ${bearer}`) return { status: 401, body: '{"message":"Bad credentials"}' };
    const [owner = ''] = service.job.repository.split('/');
    const value = await service.make(url.searchParams.get('audience') ?? `https://github.com/${owner}`);
    issued.add(value);
    return { status: 200, body: JSON.stringify({ count: 1, value }) };
  };
  listener.handle((request, response) => {
    const url = new URL(request.url ?? '/', listener.origin);
    const audience = url.searchParams.get('audience') ?? undefined;
    const failure = failures.shift();
    if (failure === 'cut') {
      requests.push({ audience, status: 0 });
      request.socket.destroy();
      return;
    }
    void (failure ? Promise.resolve(failure) : answer(url, request.headers.authorization)).then(
      ({ status, headers, body }) => {
        requests.push({ audience, status });
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
      },
    );
  });
  return service;
}

/** Adds GitHub's times to the claims: valid from ten minutes before the issue time until five minutes after it. */
function claimsNow({ issuer, job, ageSeconds }: TokenService, audience: string) {
  const iat = Math.floor(Date.now() / 1000) - ageSeconds;
  return {
    jti: randomUUID(),
    ...claimsOf(job),
    iss: issuer,
    aud: audience,
    iat,
    nbf: iat - 600,
    exp: iat + 300,
  };
}

async function sign(claims: JWTPayload, key: JWK): Promise<string> {
  // JSON drops claims that are undefined.
  return new SignJWT(claims)
    .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: key.kid ?? '' })
    .sign(await importJWK(key, 'RS256'));
}

/** Computes a value at the first call, and caches it. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
