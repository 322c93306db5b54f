import { describe, expect, test } from '@jest/globals';

import { bucketLocation } from '../../../src/storage/bucket.ts';
import { errorXml, once, openBucket } from './localBucket.ts';

describe('a signed request for the region', () => {
  const location = (inner: string) => ({
    headers: { 'content-type': 'application/xml' },
    body: `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</LocationConstraint>`,
  });

  test.each([
    ['fr-par', 'fr-par'],
    ['', 'us-east-1'],
  ])("with the answer '%s' returns %s", async (said, meant) => {
    await using bucket = await openBucket(() => location(said));
    const { client, server } = bucket;
    expect(await bucketLocation(client)).toBe(meant);
    expect(server.asked[0]?.path).toBe('/bucket/?location=');
  });

  test('that is rejected without a region returns undefined', async () => {
    await using bucket = await openBucket(() => ({ status: 403, body: errorXml('AccessDenied') }));
    expect(await bucketLocation(bucket.client)).toBeUndefined();
  });

  test.each([400, 403, 301])(
    'that is rejected with %d and the right region returns that region',
    async (status) => {
      const body = errorXml('AuthorizationHeaderMalformed').replace(
        '</Code>',
        '</Code><Region>fr-par</Region>',
      );
      await using bucket = await openBucket(() => ({ status, body }));
      expect(await bucketLocation(bucket.client)).toBe('fr-par');
    },
  );

  test('that fails with 503 is an error', async () => {
    await using bucket = await openBucket(() => ({ status: 503 }), { policy: once });
    await expect(bucketLocation(bucket.client)).rejects.toMatchObject({ status: 503 });
  });
});
