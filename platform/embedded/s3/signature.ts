import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { S3Error } from './errors.ts';
import { header } from './request.ts';
import type { S3Request } from './request.ts';
import type { Policy } from './policy.ts';

// Implements the algorithm's specification without the SDK's signer, so that clients that use the SDK are checked by independent code.

/** A key pair of the server. */
export interface Credential {
  readonly accessKey: string;
  readonly secretKey: string;
  /** The session token. Every request of the session must contain it. */
  readonly token?: string;
  readonly policy: Policy;
  /** Signing key of a scope, `DAY/REGION/s3/aws4_request`. */
  readonly signingKey: (scope: string) => Buffer;
}

/** Finds a valid credential. */
export type Keyring = (accessKey: string) => Credential | undefined;

export interface SignatureRules {
  readonly keyring: Keyring;
  readonly region: string;
  /** GetBucketLocation accepts any region, because clients use it to find the right one. */
  readonly anyRegion: boolean;
}

/** A request with a verified signature. */
export interface Authentication {
  readonly credential: Credential;
  /** Expected SHA-256 of the body in hex, or an `UNSIGNED-…` or `STREAMING-…` value. */
  readonly payloadHash: string;
  /** Start of the chain of chunk signatures. */
  readonly seed: ChunkSeed;
}

export interface ChunkSeed {
  readonly signingKey: Buffer;
  readonly date: string;
  readonly scope: string;
  readonly signature: string;
}

/** The signature and its parameters, from the request. */
interface Claim {
  readonly accessKey: string;
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly date: string;
  readonly payloadHash: string;
  readonly query: URLSearchParams;
}

const algorithm = 'AWS4-HMAC-SHA256';
const allowedSkew = 15 * 60_000;

/**
 * Verifies a request that is signed in its headers or in its query. The order of the checks is MinIO's, so that the first of several errors
 * is the same.
 *
 * @throws {S3Error} with MinIO's code
 */
export function authenticate(request: S3Request, rules: SignatureRules): Authentication {
  const presigned = request.query.has('X-Amz-Credential');
  const claim = presigned ? queryClaim(request, rules) : headerClaim(request, rules);
  const credential = findCredential(request, claim, rules.keyring);
  if (presigned) checkPresigned(request, claim);
  const signingKey = credential.signingKey(claim.scope);
  const signature = sign(request, claim, signingKey);
  const seed = { signature, signingKey, scope: claim.scope, date: claim.date };
  if (!equal(seed.signature, claim.signature)) throw new S3Error('SignatureDoesNotMatch');
  return { credential, payloadHash: claim.payloadHash, seed };
}

function headerClaim(request: S3Request, rules: SignatureRules): Claim {
  const authorization = header(request, 'authorization');
  // MinIO reads a bearer token as one of its own. The embedded server has none.
  if (authorization === undefined || authorization.startsWith('Bearer ')) throw new S3Error('AccessDenied');
  if (!authorization.startsWith(algorithm)) throw new S3Error('InvalidRequest');
  const date = header(request, 'x-amz-date') ?? header(request, 'date');
  if (date === undefined) {
    throw new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header', 400);
  }
  if (Math.abs(Date.now() - parseDate(date)) > allowedSkew) throw new S3Error('RequestTimeTooSkewed');
  const fields = new Map(
    authorization
      .slice(algorithm.length)
      .split(',')
      .map((field) => field.trim().split(/=(.*)/s, 2) as [string, string]),
  );
  const [credential, signedHeaders, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) =>
    fields.get(name),
  );
  if (credential === undefined || signedHeaders === undefined || signature === undefined) {
    throw new S3Error('MissingFields');
  }
  return {
    ...parseCredential(credential, rules),
    signedHeaders: signedHeaders.split(';'),
    signature,
    date,
    payloadHash: header(request, 'x-amz-content-sha256') ?? emptyHash,
    query: request.query,
  };
}

function queryClaim({ query, message }: S3Request, rules: SignatureRules): Claim {
  const value = (name: string): string => {
    const found = query.get(`X-Amz-${name}`);
    if (found !== null) return found;
    throw new S3Error(
      'AuthorizationQueryParametersError',
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  };
  if (value('Algorithm') !== algorithm) {
    throw new S3Error(
      'AuthorizationQueryParametersError',
      'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256".',
    );
  }
  const signed = new URLSearchParams(query);
  signed.delete('X-Amz-Signature');
  const declared = query.get('X-Amz-Content-Sha256') ?? message.headers['x-amz-content-sha256'];
  return {
    signedHeaders: value('SignedHeaders').split(';'),
    signature: value('Signature'),
    date: value('Date'),
    payloadHash: typeof declared === 'string' ? declared : 'UNSIGNED-PAYLOAD',
    query: signed,
    ...parseCredential(value('Credential'), rules),
  };
}

function parseCredential(text: string, rules: SignatureRules): Pick<Claim, 'accessKey' | 'scope'> {
  const elements = text.split('/');
  const [day, region, service, terminal] = elements.slice(-4);
  if (elements.length < 5 || day === undefined) {
    throw new S3Error(
      'AuthorizationQueryParametersError',
      'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  if (!rules.anyRegion && region !== rules.region) {
    throw new S3Error(
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region is wrong; expecting '${rules.region}'.`,
    );
  }
  if (service !== 's3' || terminal !== 'aws4_request') {
    throw new S3Error('AuthorizationQueryParametersError', 'This endpoint belongs to "s3".');
  }
  return { accessKey: elements.slice(0, -4).join('/'), scope: elements.slice(-4).join('/') };
}

function findCredential(request: S3Request, claim: Claim, keyring: Keyring): Credential {
  if (!claim.signedHeaders.includes('host')) throw unsignedHeaders();
  const credential = keyring(claim.accessKey);
  if (credential === undefined) throw new S3Error('InvalidAccessKeyId');
  const token = header(request, 'x-amz-security-token') ?? request.query.get('X-Amz-Security-Token') ?? '';
  if (!equal(token, credential.token ?? '')) throw new S3Error('InvalidTokenId');
  return credential;
}

function checkPresigned(request: S3Request, claim: Claim): void {
  const unsigned = Object.keys(request.message.headers).find(
    (name) => name.startsWith('x-amz-meta-') && !claim.signedHeaders.includes(name),
  );
  if (unsigned !== undefined) throw unsignedHeaders();
  const seconds = Number(request.query.get('X-Amz-Expires'));
  if (!Number.isInteger(seconds)) {
    throw new S3Error('AuthorizationQueryParametersError', 'X-Amz-Expires should be a number');
  }
  if (seconds < 0 || seconds > 604_800) {
    throw new S3Error(
      'AuthorizationQueryParametersError',
      seconds < 0
        ? 'X-Amz-Expires must be non-negative'
        : 'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  }
  const signedAt = parseDate(claim.date);
  if (signedAt > Date.now() + allowedSkew) throw new S3Error('AccessDenied', 'Request is not valid yet');
  if (Date.now() > signedAt + seconds * 1000) throw new S3Error('AccessDenied', 'Request has expired');
}

function unsignedHeaders(): S3Error {
  return new S3Error('AccessDenied', 'There were headers present in the request which were not signed', 400);
}

function parseDate(date: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date)?.slice(1);
  const time = Date.parse(
    parts === undefined ? date : `${parts.slice(0, 3).join('-')}T${parts.slice(3).join(':')}Z`,
  );
  if (Number.isNaN(time)) throw new S3Error('MalformedDate');
  return time;
}

/** Derives signing keys. The last one is cached, because a client uses one scope for a whole day. */
export function signingKeys(secretKey: string): Credential['signingKey'] {
  let last: { scope: string; key: Buffer } | undefined;
  return (scope) => {
    if (last?.scope === scope) return last.key;
    const start = Buffer.from(`AWS4${secretKey}`);
    last = { scope, key: scope.split('/').reduce<Buffer>((key, element) => hmac(key, element), start) };
    return last.key;
  };
}

function sign(request: S3Request, claim: Claim, signingKey: Buffer): string {
  const canonical = [
    request.method,
    encode(request.path).replaceAll('%2F', '/'),
    canonicalQuery(claim.query),
    ...[...claim.signedHeaders].sort().map((name) => `${name}:${headerValue(request, name)}`),
    '',
    [...claim.signedHeaders].sort().join(';'),
    claim.payloadHash,
  ].join('\n');
  // Headers have one character for each byte. Everything else is ASCII.
  const digest = createHash('sha256').update(canonical, 'latin1').digest('hex');
  return hmac(signingKey, [algorithm, claim.date, claim.scope, digest].join('\n')).toString('hex');
}

function headerValue(request: S3Request, name: string): string {
  const value = header(request, name) ?? request.query.get(name);
  if (value === null && name !== 'content-length') throw unsignedHeaders();
  return (value ?? '0').trim().replace(/ +/g, ' ');
}

function canonicalQuery(query: URLSearchParams): string {
  return Array.from(query, ([name, value]) => [encode(name), encode(value)] as const)
    .sort(([one, first], [other, second]) => compare(one, other) || compare(first, second))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** Percent-encodes everything except letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function equal(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const emptyHash = createHash('sha256').digest('hex');

/** The signature of a chunk, which covers the previous chunk's signature. */
export function chunkSignature(seed: ChunkSeed, previous: string, digest: string): string {
  return hmac(
    seed.signingKey,
    [`${algorithm}-PAYLOAD`, seed.date, seed.scope, previous, emptyHash, digest].join('\n'),
  ).toString('hex');
}

/** The signature of a stream's trailing headers. */
export function trailerSignature(seed: ChunkSeed, previous: string, digest: string): string {
  return hmac(
    seed.signingKey,
    [`${algorithm}-TRAILER`, seed.date, seed.scope, previous, digest].join('\n'),
  ).toString('hex');
}
