import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { region, workspaces } from '../../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { bucket, clientOf, get, openSession, presign, errorOfRequest, send, sign } from './platformClient.ts';
import type { Credentials, SignedRequest } from './platformClient.ts';

let platform: Platform;
let session: Credentials;
let client: S3Client;
beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  session = await openSession(platform);
  client = clientOf(platform, session);
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'ci/there.txt', Body: 'there' }));
});
afterAll(() => platform.stop());

const key = 'ci/there.txt';

function flip(text: string): string {
  return text.slice(0, -1) + (text.endsWith('0') ? '1' : '0');
}

describe('a request signed in its headers', () => {
  test('is accepted if it is unchanged', async () => {
    expect(await send(await sign(platform, session, { key }))).toMatchObject({ status: 200, text: 'there' });
  });

  test.each<[string, (request: SignedRequest) => void]>([
    ['its signature', ({ headers }) => (headers['authorization'] = flip(headers['authorization'] ?? ''))],
    ['its path', ({ url }) => (url.pathname += 'x')],
    ['its query', ({ url }) => url.searchParams.set('response-content-type', 'text/html')],
    ['its method', (request) => (request.method = 'DELETE')],
    ['a signed header', ({ headers }) => (headers['range'] = 'bytes=0-1')],
    ['its date', ({ headers }) => (headers['x-amz-date'] = flipDate(headers['x-amz-date'] ?? ''))],
  ])('is rejected if %s changes', async (_name, tamper) => {
    const request = await sign(platform, session, { key, headers: { range: 'bytes=0-2' } });
    tamper(request);
    expect(await send(request)).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(await platform.store.list(bucket, key)).toHaveLength(1);
  });

  test('is rejected with another body, and nothing is stored', async () => {
    const request = await sign(platform, session, { method: 'PUT', key: 'ci/forged', body: 'right' });
    const forged = await send({ ...request, body: 'wrong' });
    expect(forged).toMatchObject({ status: 400, code: 'XAmzContentSHA256Mismatch' });
    expect(await platform.store.list(bucket, 'ci/forged')).toEqual([]);
    expect((await send(request)).status).toBe(200);
  });

  test('is rejected without the session token, or with another', async () => {
    const { accessKeyId, secretAccessKey } = session;
    const bare = { accessKeyId, secretAccessKey } as Credentials;
    expect(await send(await sign(platform, bare, { key }))).toMatchObject({
      status: 403,
      code: 'InvalidTokenId',
    });
    const other = await openSession(platform);
    const mixed = await sign(platform, { ...session, sessionToken: other.sessionToken }, { key });
    expect(await send(mixed)).toMatchObject({ status: 403, code: 'InvalidTokenId' });
  });

  test('is rejected with an unknown access key', async () => {
    const stranger = { ...session, accessKeyId: 'NOBODYHASTHISKEYID00' };
    expect(await send(await sign(platform, stranger, { key }))).toMatchObject({
      status: 403,
      code: 'InvalidAccessKeyId',
    });
  });

  test.each([-16, 16])('is rejected if its clock is %i minutes wrong', async (minutes) => {
    const date = new Date(Date.now() + minutes * 60_000);
    expect(await send(await sign(platform, session, { key, date }))).toMatchObject({
      status: 403,
      code: 'RequestTimeTooSkewed',
    });
    const nearly = new Date(Date.now() + (minutes - 2 * Math.sign(minutes)) * 60_000);
    expect((await send(await sign(platform, session, { key, date: nearly }))).status).toBe(200);
  });

  test('is rejected without a signature', async () => {
    expect(await get(new URL(`${platform.storageUrl}/${bucket}/${key}`))).toMatchObject({
      status: 403,
      code: 'AccessDenied',
    });
  });
});

describe('the region', () => {
  test('is in the response to an unsigned HEAD', async () => {
    const answer = await fetch(`${platform.storageUrl}/${bucket}`, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('x-amz-bucket-region')]).toEqual([403, region]);
  });

  test('is in the response of GetBucketLocation, signed for any region', async () => {
    const wrong = clientOf(platform, session, { region: 'us-east-1' });
    const answer = await wrong.send(new GetBucketLocationCommand({ Bucket: bucket }));
    expect(answer.LocationConstraint).toBe(region);
  });

  test('must be right in all other requests, and the error contains the right one', async () => {
    const answer = await send(await sign(platform, session, { key, region: 'us-east-1' }));
    expect(answer).toMatchObject({ status: 400, code: 'AuthorizationHeaderMalformed' });
    expect(answer.text).toContain(`<Region>${region}</Region>`);
    expect(answer.headers.get('x-amz-bucket-region')).toBe(region);
    const wrong = clientOf(platform, session, { region: 'us-east-1' });
    expect(await errorOfRequest(wrong.send(new GetObjectCommand({ Bucket: bucket, Key: key })))).toBe(
      '400 AuthorizationHeaderMalformed',
    );
    const link = await presign(platform, session, { key, region: 'us-east-1' }, 60);
    expect(await get(link)).toMatchObject({ status: 400, code: 'AuthorizationHeaderMalformed' });
  });
});

describe('a signed URL', () => {
  test('opens for everybody, and is as long as the platform’s', async () => {
    const link = await presign(platform, session, { key }, 60);
    expect(await get(link)).toMatchObject({ status: 200, text: 'there' });
    expect(link.href.length).toBeGreaterThan(1500);
    expect(link.href.length).toBeLessThan(2000);
  });

  test('overrides response headers only if they are signed', async () => {
    const query = { 'response-content-disposition': 'attachment; filename="a b.txt"' };
    const link = await presign(platform, session, { key, query }, 60);
    expect((await get(link)).headers.get('content-disposition')).toBe('attachment; filename="a b.txt"');
    link.searchParams.set('response-content-disposition', 'inline');
    expect((await get(link)).code).toBe('SignatureDoesNotMatch');
  });

  test('expires exactly at its time', async () => {
    const date = new Date(Date.now() - 3_600_000);
    expect((await get(await presign(platform, session, { key, date }, 3700))).status).toBe(200);
    const ended = await get(await presign(platform, session, { key, date }, 3500));
    expect(ended).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(ended.text).toContain('Request has expired');
  });

  test('is rejected with a changed lifetime or path', async () => {
    const longer = await presign(platform, session, { key }, 60);
    longer.searchParams.set('X-Amz-Expires', '6000');
    expect((await get(longer)).code).toBe('SignatureDoesNotMatch');
    const elsewhere = await presign(platform, session, { key }, 60);
    elsewhere.pathname += '2';
    expect((await get(elsewhere)).code).toBe('SignatureDoesNotMatch');
  });

  test('has a lifetime of at most a week', async () => {
    const link = await presign(platform, session, { key }, 604_800);
    link.searchParams.set('X-Amz-Expires', '604801');
    expect(await get(link)).toMatchObject({ status: 400, code: 'AuthorizationQueryParametersError' });
  });
});

describe('a session', () => {
  test('writes, reads and lists below its prefix only', async () => {
    const outside = { Bucket: bucket, Key: 'previews/x', Body: 'x' };
    expect(await errorOfRequest(client.send(new PutObjectCommand(outside)))).toBe('403 AccessDenied');
    expect(await errorOfRequest(client.send(new GetObjectCommand(outside)))).toBe('403 AccessDenied');
    const neighbour = clientOf(platform, await openSession(platform, workspaces.previews));
    await neighbour.send(new PutObjectCommand(outside));
    expect(await errorOfRequest(client.send(new GetObjectCommand(outside)))).toBe('403 AccessDenied');
    for (const Prefix of ['previews/', 'c', undefined]) {
      const list = new ListObjectsV2Command({ Bucket: bucket, ...(Prefix && { Prefix }) });
      expect(await errorOfRequest(client.send(list))).toBe('403 AccessDenied');
    }
    const list = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'ci/' }));
    const own = await platform.store.list(bucket, 'ci/');
    expect(list.Contents?.map(({ Key }) => Key)).toEqual(own.map((object) => object.key));
  });

  test('cannot read the bucket', async () => {
    expect(await errorOfRequest(client.send(new HeadBucketCommand({ Bucket: bucket })))).toMatch(/^403 /);
  });

  test('is unknown to the storage after its expiry, and its links too', async () => {
    platform.terrapi.sessionSeconds = 2;
    const short = await openSession(platform);
    platform.terrapi.sessionSeconds = 900;
    const link = await presign(platform, short, { key }, 900);
    expect((await get(link)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect(await get(link)).toMatchObject({ status: 403, code: 'InvalidAccessKeyId' });
    const late = clientOf(platform, short).send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    expect(await errorOfRequest(late)).toBe('403 InvalidAccessKeyId');
  });

  test('has a token with its owner and policy', () => {
    const claims = JSON.parse(
      Buffer.from(session.sessionToken.split('.')[1] ?? '', 'base64url').toString(),
    ) as Record<string, unknown>;
    expect(claims).toMatchObject({
      accessKey: session.accessKeyId,
      aud: expect.arrayContaining(['gep-bios-minio']),
      sub: expect.any(String),
      policy: expect.any(String),
    });
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(900);
    expect(Buffer.from(String(claims['sessionPolicy']), 'base64').toString()).toContain('/ci/*');
  });
});

describe('a body with signed chunks', () => {
  const chunks = ['a'.repeat(70_000), 'b'.repeat(10), ''];

  /** Encodes `aws-chunked` as in the specification of Signature Version 4. */
  async function chunked(): Promise<SignedRequest> {
    const request = await sign(platform, session, {
      method: 'PUT',
      key: 'ci/chunked',
      headers: {
        'content-encoding': 'aws-chunked',
        'x-amz-decoded-content-length': '70010',
        'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      },
    });
    const authorization = request.headers['authorization'] ?? '';
    const scope = /Credential=[^/]+\/([^,]+)/.exec(authorization)?.[1] ?? '';
    const signingKey = scope
      .split('/')
      .reduce<Buffer>((one, element) => hmac(one, element), Buffer.from(`AWS4${session.secretAccessKey}`));
    let previous = /Signature=(\w+)/.exec(authorization)?.[1] ?? '';
    let body = '';
    for (const chunk of chunks) {
      const lines = ['AWS4-HMAC-SHA256-PAYLOAD', request.headers['x-amz-date'], scope, previous];
      previous = hmac(signingKey, [...lines, sha256(''), sha256(chunk)].join('\n')).toString('hex');
      body += `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}\r\n`;
    }
    return { ...request, body };
  }

  test('is decoded', async () => {
    expect((await send(await chunked())).status).toBe(200);
    const stored = await platform.store.get(bucket, 'ci/chunked');
    expect(stored.body.toString()).toBe(chunks.join(''));
  });

  test('is rejected if a chunk changes, and the existing object stays', async () => {
    const before = await platform.store.list(bucket, 'ci/chunked');
    const request = await chunked();
    const changed = { ...request, body: String(request.body).replace('bb', 'bc') };
    expect(await send(changed)).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(await platform.store.list(bucket, 'ci/chunked')).toEqual(before);
  });
});

function flipDate(date: string): string {
  return date.replace(/\d(?=Z$)/, (digit) => String((Number(digit) + 1) % 10));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
