import { createHash, createHmac } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import { buckets, clientApp, region, workspaces } from '../../../platform/catalogue.ts';
import type { Platform } from '../../../platform/platform.ts';

/** A client of a platform that uses only public interfaces. */

export const bucket = buckets.outputs;

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

/** Requests a token from the issuer. Returns the whole response. */
export async function askForToken(
  platform: Pick<Platform, 'issuer'>,
  app: { id: string; secret: string } = clientApp,
  scope = 'openid gep',
): Promise<{ status: number; body: Record<string, unknown> }> {
  const discovery = await fetch(`${platform.issuer}/.well-known/openid-configuration`);
  const { token_endpoint } = (await discovery.json()) as { token_endpoint: string };
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: app.id,
    client_secret: app.secret,
    scope,
  });
  const answer = await fetch(token_endpoint, { method: 'POST', body });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

export async function tokenOf(
  platform: Pick<Platform, 'issuer'>,
  app: { id: string; secret: string } = clientApp,
  scope = 'openid gep',
): Promise<string> {
  return String((await askForToken(platform, app, scope)).body['access_token']);
}

/** Calls TerrAPI. @param path relative to the base URL */
export function call(
  platform: Pick<Platform, 'apiUrl'>,
  path: string,
  token: string | undefined,
  init: RequestInit = {},
): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  return fetch(`${platform.apiUrl}${path}`, { redirect: 'manual', ...init, headers });
}

/** Opens a storage session. */
export async function openSession(
  platform: Pick<Platform, 'issuer' | 'apiUrl'>,
  storagePoint: string = workspaces.main,
): Promise<Credentials> {
  const answer = await call(
    platform,
    `/v2/storage/token?storagePointId=${storagePoint}`,
    await tokenOf(platform),
  );
  const { credentials } = (await answer.json()) as {
    credentials: { accessKey: string; secretKey: string; token: string };
  };
  return {
    accessKeyId: credentials.accessKey,
    secretAccessKey: credentials.secretKey,
    sessionToken: credentials.token,
  };
}

/** The SDK's client with default settings, except for the endpoint, and without retries. */
export function clientOf(
  platform: Pick<Platform, 'storageUrl'>,
  credentials: Credentials,
  more: Partial<S3ClientConfig> = {},
): S3Client {
  return new S3Client({
    endpoint: platform.storageUrl,
    region,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials,
    ...more,
  });
}

/** The name and HTTP status of a promise's error, or `fulfilled`. */
export async function errorOfRequest(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'fulfilled';
  } catch (error) {
    const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return `${$metadata?.httpStatusCode ?? '-'} ${name}`;
  }
}

export interface RawRequest {
  method?: string;
  key?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  region?: string;
  /** Time of the signature. */
  date?: Date;
}

export interface SignedRequest {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer> | undefined;
}

/** A request signed by the SDK's signer. Tests modify it, and `send` sends it. */
export async function sign(
  platform: Platform,
  credentials: Credentials,
  raw: RawRequest,
): Promise<SignedRequest> {
  const hash = createHash('sha256')
    .update(raw.body ?? '')
    .digest('hex');
  const unsigned = requestOf(platform, { ...raw, headers: { 'x-amz-content-sha256': hash, ...raw.headers } });
  const signed = await signerOf(credentials, raw).sign(
    unsigned,
    raw.date === undefined ? {} : { signingDate: raw.date },
  );
  const headers = { ...signed.headers };
  delete headers['host'];
  return { method: unsigned.method, url: urlOf(platform, signed), headers, body: raw.body };
}

/** A presigned URL. @param seconds lifetime */
export async function presign(
  platform: Platform,
  credentials: Credentials,
  raw: RawRequest,
  seconds: number,
): Promise<URL> {
  const headers = { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD', ...raw.headers };
  const signed = await signerOf(credentials, raw).presign(requestOf(platform, { ...raw, headers }), {
    expiresIn: seconds,
    ...(raw.date && { signingDate: raw.date }),
  });
  return urlOf(platform, signed);
}

/** Sends a request, and parses S3's response. */
export async function send(
  request: SignedRequest,
): Promise<{ status: number; code: string | undefined; headers: Headers; text: string }> {
  const { method, url, headers, body } = request;
  const answer = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
  const text = await answer.text();
  return {
    status: answer.status,
    code: /<Code>(\w+)<\/Code>/.exec(text)?.[1],
    headers: answer.headers,
    text,
  };
}

export const get = (url: URL): ReturnType<typeof send> =>
  send({ method: 'GET', url, headers: {}, body: undefined });

function requestOf(
  platform: Platform,
  raw: RawRequest,
): Parameters<SignatureV4['sign']>[0] & {
  method: string;
} {
  const { protocol, host, hostname, port } = new URL(platform.storageUrl);
  return {
    method: raw.method ?? 'GET',
    protocol,
    hostname,
    port: Number(port),
    path: `/${bucket}${raw.key === undefined ? '' : `/${raw.key.split('/').map(escape).join('/')}`}`,
    query: raw.query ?? {},
    headers: { host, ...raw.headers },
  };
}

function signerOf(credentials: Credentials, raw: RawRequest): SignatureV4 {
  return new SignatureV4({
    service: 's3',
    region: raw.region ?? region,
    credentials,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
}

function urlOf(platform: Platform, request: { path: string; query?: object }): URL {
  const url = new URL(`${platform.storageUrl}${request.path}`);
  url.search = Object.entries(request.query ?? {})
    .map(([name, value]) => `${escape(name)}=${escape(String(value))}`)
    .join('&');
  return url;
}

function escape(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

type Data = string | ArrayBuffer | ArrayBufferView;

class Sha256 {
  readonly #hash;

  constructor(secret?: Data) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: Data): void {
    this.#hash.update(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

function bytesOf(data: Data): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
