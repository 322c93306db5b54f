import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect, test } from '@jest/globals';

import { storageClassifier } from '../../../src/storage/s3Error.ts';
import { createSdk } from '../../../src/storage/sdk.ts';
import type { Classification } from '../../../src/http/retry.ts';
import type { Answer } from '../servers.ts';
import { errorXml, openBucket } from './localBucket.ts';

const root = 'ListBucketResult';

/** The error of an SDK call that gets this response, and its classification. */
async function failure(answer: Answer): Promise<{ error: unknown; classification: Classification }> {
  await using bucket = await openBucket(() => answer);
  const { client } = bucket;
  const sdk = createSdk(client, await client.sessions.get(), root);
  const error = await sdk.send(new ListObjectsV2Command({ Bucket: 'bucket' })).then(
    () => new Error('It did not fail'),
    (reason: unknown) => reason,
  );
  expect(bucket.server.asked).toHaveLength(1);
  return { error, classification: storageClassifier(client.clock)(error) };
}

test.each([
  [503, errorXml('SlowDown', 'wait'), { code: 'SlowDown', message: 'wait' }, true],
  [403, errorXml('RequestTimeTooSkewed', 'late'), { code: 'RequestTimeTooSkewed' }, true],
  [403, errorXml('AccessDenied', 'no'), { code: 'AccessDenied', message: 'no' }, false],
  [429, '', { code: '', message: 'no reason given' }, true],
  [500, '', { code: '' }, true],
  [403, '', { code: '' }, false],
  [502, '<html><body>Bad Gateway<br></body></html>', { code: '' }, true],
  [503, 'Service Unavailable', { code: '' }, true],
  [403, '<html><body>Forbidden by policy<br></body></html>', { code: '' }, false],
])('%d %s is classified like the response to any other request', async (status, body, expected, worth) => {
  const { error, classification } = await failure({ status, body });
  expect(error).toMatchObject({ name: 'StorageError', status, ...expected });
  expect(classification.transient).toBe(worth);
});

test.each([errorXml('SlowDown'), 'Service Unavailable'])(
  'Retry-After is read, also with the body %s',
  async (body) => {
    const { classification } = await failure({ status: 503, headers: { 'retry-after': '9' }, body });
    expect(classification).toMatchObject({ transient: true, retryAfterMs: 9_000 });
  },
);

test('a request without a response fails after the stall time, and is transient', async () => {
  await using bucket = await openBucket(() => new Promise(() => undefined));
  const { client } = bucket;
  const sdk = createSdk(client, await client.sessions.get(), root, { stallMs: 100 });
  const error = await sdk
    .send(new ListObjectsV2Command({ Bucket: 'bucket' }))
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: 'No byte moved for 0.1 s' });
  expect(storageClassifier(client.clock)(error).transient).toBe(true);
});

test('a broken connection is transient', async () => {
  await using bucket = await openBucket(() => undefined);
  const { client } = bucket;
  const sdk = createSdk(client, await client.sessions.get(), root);
  const error = await sdk
    .send(new ListObjectsV2Command({ Bucket: 'bucket' }))
    .catch((reason: unknown) => reason);
  expect(storageClassifier(client.clock)(error).transient).toBe(true);
});
