import { describe, expect, test } from '@jest/globals';

import { headObject } from '../../../src/storage/head.ts';
import { openBucket } from './localBucket.ts';

describe('a HEAD', () => {
  test('of a missing object returns undefined', async () => {
    await using bucket = await openBucket(() => ({ status: 404 }));
    expect(await headObject(bucket.client, 'p/a')).toBeUndefined();
  });

  test('with a 403 is an error, not a missing object', async () => {
    await using bucket = await openBucket(() => ({ status: 403 }));
    await expect(headObject(bucket.client, 'p/a')).rejects.toMatchObject({ status: 403 });
  });
});
