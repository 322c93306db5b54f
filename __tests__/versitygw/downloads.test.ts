import { describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import { downloadingCases } from '../cases/downloading.ts';
import { renewingLinkCases } from '../cases/renewingLinks.ts';
import { folderWith } from '../support/folder.ts';
import { letObjectsAge } from '../support/objectAge.ts';
import { putObjects } from '../support/putObjects.ts';
import { errorOf, runSubject } from '../support/subject.ts';
import { onVersitygw } from './gateway.ts';

const subject = onVersitygw();

describe('downloading', () => downloadingCases(subject));
describe('renewing', () => renewingLinkCases(subject, { filesEach: 40 }));

test('remove deletes what is below the destination, and nothing else', async () => {
  const { platform } = subject();
  await platform.store.clear(buckets.outputs);
  await putObjects(platform, { 'ci/d/a.txt': 'a', 'ci/d/b/c é.txt': 'c', 'ci/dd/e.txt': 'e' });
  // The HTTP date of the storage, by which a removal tells newer objects, has whole seconds.
  await letObjectsAge(platform, 2_000);
  const run = await runSubject(subject(), 'remove', { destination: 'd' }, { cwd: folderWith({}) });
  expect([run.exitCode, errorOf(run), run.outputs['deleted-count']]).toEqual([0, '', '2']);
  expect((await platform.store.list(buckets.outputs, '')).map(({ key }) => key)).toEqual(['ci/dd/e.txt']);
});

test('an account cannot write outside its prefix', async () => {
  await expect(putObjects(subject().platform, { 'previews/a.txt': 'a' })).rejects.toThrow('Access Denied');
});
