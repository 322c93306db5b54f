import { describe, expect, test } from '@jest/globals';

import { downloadingCases } from '../cases/downloading.ts';
import { renewingLinkCases } from '../cases/renewingLinks.ts';
import { putObjects } from '../support/putObjects.ts';
import { onVersitygw } from './gateway.ts';

const subject = onVersitygw();

describe('downloading', () => downloadingCases(subject));
describe('renewing', () => renewingLinkCases(subject, { filesEach: 40 }));

test('an account cannot write outside its prefix', async () => {
  await expect(putObjects(subject().platform, { 'previews/a.txt': 'a' })).rejects.toThrow('Access Denied');
});
