import { describe, expect, test } from '@jest/globals';

import { planLinks } from '../../../../src/hosts/gitlab/releaseLinks.ts';

const url = (name: string, signature: string) =>
  `https://s3.example/bucket/ci/v1/${name}?X-Amz-Signature=${signature}`;
const wanted = (name: string, signature = 'new') => ({
  name,
  longName: `${name} (work/v1)`,
  url: url(name, signature),
});

describe('the links of a release', () => {
  test('are created, and updated if the signature is another one', () => {
    const existing = [
      { id: 1, name: 'a.zip', url: url('a.zip', 'old') },
      { id: 2, name: 'b.zip', url: url('b.zip', 'new') },
    ];
    expect(
      planLinks(
        existing,
        ['a.zip', 'b.zip', 'c.zip'].map((name) => wanted(name)),
      ),
    ).toEqual([
      { id: 1, name: 'a.zip', url: url('a.zip', 'new') },
      { id: undefined, name: 'c.zip', url: url('c.zip', 'new') },
    ]);
  });

  test('leave a link of a person alone that has the same name, at every run', () => {
    const person = { id: 1, name: 'a.zip', url: 'https://example.org/a.zip' };
    expect(planLinks([person], [wanted('a.zip')])).toEqual([
      { id: undefined, name: 'a.zip (work/v1)', url: url('a.zip', 'new') },
    ]);
    const own = { id: 2, name: 'a.zip (work/v1)', url: url('a.zip', 'old') };
    expect(planLinks([person, own], [wanted('a.zip')])).toEqual([
      { id: 2, name: 'a.zip (work/v1)', url: url('a.zip', 'new') },
    ]);
  });

  test('are the same, whether the bucket is in the path or in the host', () => {
    const existing = [
      { id: 1, name: 'a.zip', url: 'https://bucket.s3.example/ci/v1/a.zip?X-Amz-Signature=old' },
    ];
    expect(planLinks(existing, [wanted('a.zip')])).toEqual([
      { id: 1, name: 'a.zip', url: url('a.zip', 'new') },
    ]);
  });
});
