import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import {
  buckets,
  clientApp,
  outsiderApp,
  platformScope,
  region,
  sharedFolders,
  workspaces,
} from '../../platform/catalogue.ts';
import type { Platform } from '../../platform/platform.ts';
import { startRealPlatform } from '../../platform/real/index.ts';

jest.setTimeout(90_000);

const allScopes = `openid email profile offline_access ${platformScope}`;
const Bucket = buckets.outputs;

interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly token: string;
  readonly expiration: string;
}

async function login(
  platform: Platform,
  app: { id: string; secret: string } = clientApp,
  scope = allScopes,
): Promise<{ status: number; answer: Record<string, unknown>; token: string }> {
  const response = await fetch(`${platform.issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: app.id,
      client_secret: app.secret,
      scope,
    }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, answer, token: String(answer['access_token']) };
}

async function call(platform: Platform, token: string, path: string, method = 'GET'): Promise<Response> {
  return fetch(`${platform.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    redirect: 'manual',
  });
}

async function openSession(platform: Platform, storagePoint: string): Promise<Credentials> {
  const { token } = await login(platform);
  const response = await call(platform, token, `/v2/storage/token?storagePointId=${storagePoint}`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { credentials: Credentials }).credentials;
}

function storageClient(
  endpoint: string,
  credentials: Credentials,
  signedRegion = region,
  ca?: string,
): S3Client {
  return new S3Client({
    ...(ca !== undefined && { requestHandler: { httpsAgent: new Agent({ ca }) } }),
    endpoint,
    region: signedRegion,
    forcePathStyle: true,
    maxAttempts: 1,
    followRegionRedirects: false,
    credentials: {
      accessKeyId: credentials.accessKey,
      secretAccessKey: credentials.secretKey,
      sessionToken: credentials.token,
    },
  });
}

/** The error response to a request. */
async function errorOfRequest(
  answer: Promise<unknown>,
): Promise<{ status: number | undefined; code: string }> {
  const error: unknown = await answer.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof S3ServiceException)) throw new Error('not refused', { cause: error });
  return { status: error.$metadata.httpStatusCode, code: error.name };
}

/** Keycloak rounds each time separately. */
function expectAbout(seconds: unknown, wanted: number): void {
  expect([wanted - 1, wanted, wanted + 1]).toContain(seconds);
}

let platform: Platform;

beforeAll(async () => {
  platform = await startRealPlatform();
});

afterAll(async () => {
  await (platform as Platform | undefined)?.stop();
});

describe('login', () => {
  test('token response and claims are those of the production realm', async () => {
    const { status, answer, token } = await login(platform);
    expect(status).toBe(200);
    expect(answer).toMatchObject({
      token_type: 'Bearer',
      refresh_expires_in: 0,
      'not-before-policy': 0,
    });
    for (const name of ['access_token', 'refresh_token', 'id_token', 'session_state', 'scope']) {
      expect(typeof answer[name]).toBe('string');
    }
    expect(platform.issuer).toMatch(/\/realms\/master$/);
    const claims = decodeJwt(token);
    expect(claims.iss).toBe(platform.issuer);
    expect(claims.aud).toEqual(expect.arrayContaining(['gep-bios-minio', 'ellip-bios-api', 'account']));
    expect(claims).toMatchObject({
      azp: clientApp.id,
      preferred_username: `service-account-${clientApp.id}`,
    });
    expect(String(claims['scope']).split(' ').toSorted()).toEqual(allScopes.split(' ').toSorted());
    expectAbout(answer['expires_in'], 3600);
    expectAbout(Number(claims.exp) - Number(claims.iat), 3600);
    expect(claims).not.toHaveProperty('minio_policy');
  });

  test('the platform scope is in the token only on request', async () => {
    const { token } = await login(platform, clientApp, 'openid');
    expect(String(decodeJwt(token)['scope']).split(' ')).not.toContain(platformScope);
    expect(await (await call(platform, token, '/v2/storage/workspaces')).json()).toEqual([]);
  });

  test('a wrong secret gets 401', async () => {
    const { status, answer } = await login(platform, { ...clientApp, secret: 'wrong' });
    expect({ status, error: answer['error'] }).toEqual({ status: 401, error: 'unauthorized_client' });
  });

  test('an unknown client gets 401', async () => {
    const { status, answer } = await login(platform, { id: 'nobody', secret: 'wrong' });
    expect({ status, error: answer['error'] }).toEqual({ status: 401, error: 'invalid_client' });
  });

  test('an unknown scope gets 400', async () => {
    const { status, answer } = await login(platform, clientApp, 'openid nonsense');
    expect({ status, error: answer['error'] }).toEqual({ status: 400, error: 'invalid_scope' });
  });

  test('the outsider can log in, but has no access', async () => {
    const { status, token } = await login(platform, outsiderApp);
    expect(status).toBe(200);
    expect(await (await call(platform, token, '/v2/storage/workspaces')).json()).toEqual([]);
    const session = await call(platform, token, `/v2/storage/token?storagePointId=${workspaces.main}`);
    expect(session.status).toBe(403);
  });

  test.each([clientApp, outsiderApp])(
    'the token of $id cannot open a session directly at the storage',
    async (app) => {
      const { token } = await login(platform, app);
      const response = await fetch(platform.storageUrl, {
        method: 'POST',
        body: new URLSearchParams({
          Action: 'AssumeRoleWithWebIdentity',
          Version: '2011-06-15',
          WebIdentityToken: token,
        }),
      });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('InvalidParameterValue');
    },
  );
});

describe('region', () => {
  test('an unsigned HEAD of the bucket is rejected, and the response has the region', async () => {
    const response = await fetch(`${platform.storageUrl}/${Bucket}`, { method: 'HEAD' });
    expect(response.status).toBe(403);
    expect(response.headers.get('x-amz-bucket-region')).toBe(region);
  });

  test('GetBucketLocation accepts a signature for any region', async () => {
    const client = storageClient(
      platform.storageUrl,
      await openSession(platform, workspaces.main),
      'us-east-1',
    );
    const answer = await client.send(new GetBucketLocationCommand({ Bucket }));
    expect(answer.LocationConstraint).toBe(region);
  });

  test('any other call signed for the wrong region gets 400 with the right one', async () => {
    const client = storageClient(
      platform.storageUrl,
      await openSession(platform, workspaces.main),
      'us-east-1',
    );
    const answer = client.send(new ListObjectsV2Command({ Bucket, Prefix: 'ci/' }));
    expect(await errorOfRequest(answer)).toEqual({ status: 400, code: 'AuthorizationHeaderMalformed' });
    const error: unknown = await answer.catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      Region: region,
      $response: { headers: { 'x-amz-bucket-region': region } },
    });
  });
});

describe('a session', () => {
  let client: S3Client;
  let credentials: Credentials;

  beforeAll(async () => {
    credentials = await openSession(platform, workspaces.main);
    client = storageClient(platform.storageUrl, credentials);
  });

  test('has a lifetime of 900 s, and its token says so', () => {
    const claims = decodeJwt(credentials.token);
    expect(claims).toMatchObject({ accessKey: credentials.accessKey, minio_policy: 'readwrite' });
    expect(new Date(credentials.expiration).getTime()).toBe(Number(claims.exp) * 1000);
    const left = Number(claims.exp) - Date.now() / 1000;
    expect(left).toBeGreaterThan(890);
    expect(left).toBeLessThanOrEqual(901);
  });

  test('puts, lists, gets and deletes below its prefix', async () => {
    const Key = 'ci/a b+ü/%2F#?.txt';
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'content', ContentType: 'text/plain' }));
    const listed = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'ci/a' }));
    expect(listed.Contents?.map((object) => object.Key)).toEqual([Key]);
    const got = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await got.Body?.transformToString()).toBe('content');
    expect(await platform.store.list(Bucket, 'ci/a')).toMatchObject([
      { key: Key, size: 7, etag: '9a0364b9e99bb480dd25e1f0284c8555' },
    ]);
    const stored = await platform.store.get(Bucket, Key);
    expect({ body: stored.body.toString(), type: stored.contentType }).toEqual({
      body: 'content',
      type: 'text/plain',
    });
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(await platform.store.list(Bucket, '')).toEqual([]);
  });

  const previews = { Bucket, Key: 'previews/x' };

  test.each<[string, () => Promise<unknown>]>([
    ['a put', () => client.send(new PutObjectCommand({ ...previews, Body: 'x' }))],
    [
      'a put with the name of the prefix',
      () => client.send(new PutObjectCommand({ Bucket, Key: 'ci', Body: 'x' })),
    ],
    [
      'a put beside the prefix',
      () => client.send(new PutObjectCommand({ Bucket, Key: 'cinema/x', Body: 'x' })),
    ],
    ['a get', () => client.send(new GetObjectCommand(previews))],
    ['a delete', () => client.send(new DeleteObjectCommand(previews))],
    ['a listing', () => client.send(new ListObjectsV2Command({ Bucket, Prefix: 'previews/' }))],
    ['a listing of everything', () => client.send(new ListObjectsV2Command({ Bucket }))],
  ])('outside the prefix %s is AccessDenied', async (_, send) => {
    expect(await errorOfRequest(send())).toEqual({ status: 403, code: 'AccessDenied' });
  });

  test('cannot read the bucket', async () => {
    expect(await errorOfRequest(client.send(new HeadBucketCommand({ Bucket })))).toMatchObject({
      status: 403,
    });
  });

  test('completes a multipart upload, but can neither abort nor list one', async () => {
    const Key = 'ci/large';
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const { ETag } = await client.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'part' }),
    );
    const denied = { status: 403, code: 'AccessDenied' };
    expect(await errorOfRequest(client.send(new ListPartsCommand({ Bucket, Key, UploadId })))).toEqual(
      denied,
    );
    expect(
      await errorOfRequest(client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))),
    ).toEqual(denied);
    const listing = client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'ci/' }));
    expect(await errorOfRequest(listing)).toEqual(denied);
    expect(await platform.store.pendingUploads(Bucket)).toEqual([{ key: Key, uploadId: UploadId }]);
    await client.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key,
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      }),
    );
    const [object] = await platform.store.list(Bucket, Key);
    expect(object?.etag).toMatch(/^[0-9a-f]{32}-1$/);
    expect(await platform.store.pendingUploads(Bucket)).toEqual([]);
  });

  test('clearing the storage deletes objects and pending uploads', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'ci/report/page', Body: 'x' }));
    await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'ci/pending' }));
    await platform.store.clear(Bucket);
    expect(await platform.store.list(Bucket, '')).toEqual([]);
    expect(await platform.store.pendingUploads(Bucket)).toEqual([]);
  });

  test.each([
    [workspaces.previews, 'previews/'],
    [sharedFolders.atlas, 'shared/atlas/'],
  ])('of %s can use %s, but not the first workspace', async (name, prefix) => {
    const other = storageClient(platform.storageUrl, await openSession(platform, name));
    await other.send(new PutObjectCommand({ Bucket, Key: `${prefix}x`, Body: 'x' }));
    const answer = other.send(new PutObjectCommand({ Bucket, Key: 'ci/x', Body: 'x' }));
    expect(await errorOfRequest(answer)).toEqual({ status: 403, code: 'AccessDenied' });
    expect(await errorOfRequest(client.send(new GetObjectCommand({ Bucket, Key: `${prefix}x` })))).toEqual({
      status: 403,
      code: 'AccessDenied',
    });
  });
});

test('an expired session gets InvalidAccessKeyId, and the platform opens a new one', async () => {
  platform.terrapi.sessionSeconds = 20;
  const credentials = await openSession(platform, workspaces.main);
  platform.terrapi.sessionSeconds = 900;
  const client = storageClient(platform.storageUrl, credentials);
  const put = (): Promise<unknown> => client.send(new PutObjectCommand({ Bucket, Key: 'ci/x', Body: 'x' }));
  const left = new Date(credentials.expiration).getTime() - Date.now();
  expect(left).toBeGreaterThan(17_000);
  expect(left).toBeLessThanOrEqual(21_000);
  await put();
  await sleep(left + 1500);
  expect(await errorOfRequest(put())).toEqual({ status: 403, code: 'InvalidAccessKeyId' });
  const next = storageClient(platform.storageUrl, await openSession(platform, workspaces.main));
  await next.send(new PutObjectCommand({ Bucket, Key: 'ci/x', Body: 'x' }));
});

test('the platform signs download links for seven days', async () => {
  const client = storageClient(platform.storageUrl, await openSession(platform, workspaces.main));
  await client.send(new PutObjectCommand({ Bucket, Key: 'ci/for you (1)!/ü%+.txt', Body: 'hello' }));
  const { token } = await login(platform);
  const asked = encodeURIComponent(`s3://${Bucket}/ci/for you (1)!/ü%+.txt`);
  const answer = await call(platform, token, `/v2/storage/download?url=${asked}`, 'POST');
  expect(answer.status).toBe(302);
  const link = new URL(answer.headers.get('location') ?? '');
  expect(link.searchParams.get('X-Amz-Expires')).toBe('604800');
  expect(link.searchParams.has('X-Amz-Security-Token')).toBe(false);
  expect(await (await fetch(link)).text()).toBe('hello');
});

describe('a second platform on the same Keycloak', () => {
  let second: Platform;

  beforeAll(async () => {
    second = await startRealPlatform({ tls: 'private-ca', accessTokenSeconds: 60 });
  });

  afterAll(async () => {
    await (second as Platform | undefined)?.stop();
  });

  /** `fetch` has no option for trusted certificates. */
  async function secure(
    url: string,
    options: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<{ status: number; body: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
    const sent = request(url, { method: 'GET', ...options, ca: second.caCertificate }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body });
      });
    });
    sent.on('error', reject);
    sent.end(options.body);
    return promise;
  }

  test('uses HTTPS, its own issuer and its own token lifetime', async () => {
    const discovery = await secure(`${second.issuer}/.well-known/openid-configuration`);
    const { issuer, token_endpoint: tokenEndpoint } = JSON.parse(discovery.body) as Record<string, string>;
    expect(issuer).toBe(second.issuer);
    expect(tokenEndpoint).toMatch(/^https:\/\/localhost:/);
    const answer = await secure(tokenEndpoint ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientApp.id,
        client_secret: clientApp.secret,
        scope: allScopes,
      }).toString(),
    });
    const { access_token: token = '', expires_in: life } = JSON.parse(answer.body) as {
      access_token?: string;
      expires_in?: number;
    };
    expectAbout(life, 60);
    expect(decodeJwt(token).iss).toBe(second.issuer);
    const headers = { authorization: `Bearer ${token}` };
    const listed = await secure(`${second.apiUrl}/v2/storage/workspaces`, { headers });
    expect(JSON.parse(listed.body)).toHaveLength(Object.keys(workspaces).length);
    const opened = await secure(`${second.apiUrl}/v2/storage/token?storagePointId=${workspaces.main}`, {
      headers,
    });
    const { credentials } = JSON.parse(opened.body) as { credentials: Credentials };
    const left = new Date(credentials.expiration).getTime() - Date.now();
    expect(left).toBeGreaterThan(890_000);
    const found = await secure(`${second.storageUrl}/${Bucket}`, { method: 'HEAD' });
    expect(found.status).toBe(403);
    const client = storageClient(second.storageUrl, credentials, region, second.caCertificate);
    await client.send(new PutObjectCommand({ Bucket, Key: 'ci/secure', Body: Buffer.alloc(3_000_000) }));
    expect(await platform.store.list(Bucket, 'ci/secure')).toEqual([]);
    expect((await second.store.list(Bucket, 'ci/secure')).map(({ key }) => key)).toEqual(['ci/secure']);
  });

  test('rejects tokens of the first one', async () => {
    const { token } = await login(platform);
    const answer = await secure(`${second.apiUrl}/v2/storage/workspaces`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(401);
  });
});
