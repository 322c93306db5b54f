import { describe, expect, test } from '@jest/globals';

import { chooseAll, chooseOlder, outdatedPages, splitterByAge } from '../../../src/sync/removal.ts';
import type { RemoteObject } from '../../../src/sync/remoteObject.ts';

const object = (key: string, lastModified: number): RemoteObject => ({
  key,
  size: 1,
  etag: '',
  lastModified,
});
const keysOf = (objects: readonly RemoteObject[]) => objects.map(({ key }) => key);

describe('objects by age', () => {
  const moment = 10_500;

  test('objects stored after the moment are fresh', () => {
    const { existing, fresh } = splitterByAge(moment)([object('d/old', 9_999), object('d/new', 10_501)]);
    expect([keysOf(existing), keysOf(fresh)]).toEqual([['d/old'], ['d/new']]);
    expect(keysOf(splitterByAge(moment)([object('d/now', moment)]).fresh)).toEqual(['d/now']);
  });

  test('older objects existed, also if the first listing does not have them', () => {
    const split = splitterByAge(moment);
    split([]);
    const older = [object('d/milliseconds', 10_499), object('d/second-before', 9_000)];
    expect(split(older).existing).toEqual(older);
    const atSecond = splitterByAge(10_000);
    atSecond([]);
    expect(keysOf(atSecond([object('d/second-before', 9_000)]).existing)).toEqual(['d/second-before']);
  });

  test('an object without a date is fresh', () => {
    expect(keysOf(splitterByAge(moment)([object('d/x', Infinity)]).fresh)).toEqual(['d/x']);
  });

  test('with times in whole seconds, the first listing decides about the second of the moment', () => {
    const split = splitterByAge(moment);
    expect(keysOf(split([object('d/a', 10_000)]).existing)).toEqual(['d/a']);
    const { existing, fresh } = split([
      object('d/a', 10_000),
      object('d/a/hidden', 10_000),
      object('d/b', 10_000),
    ]);
    expect([keysOf(existing), keysOf(fresh)]).toEqual([['d/a', 'd/a/hidden'], ['d/b']]);
  });
});

test('without an age, every object that existed is chosen', () => {
  const objects = { existing: [object('d/a', 1), object('d/_links.html', 2)], fresh: [object('d/b', 3)] };
  expect(chooseAll(objects)).toEqual({ ...objects, chosen: objects.existing, pages: [] });
});

describe('objects older than an age', () => {
  const existing = [
    object('d/old', 1),
    object('d/sub/old', 1),
    object('d/new', 9),
    object('d/_links.html', 9),
  ];
  const objects = { existing: [...existing, object('d/sub/_links.html', 9)], fresh: [] };
  const kept = { files: ['new'], generated: ['_links.html', 'sub/_links.html'] };

  test('are chosen, and so is a newer page without any file left', () => {
    const choice = chooseOlder(objects, 5, 'd/', kept);
    expect(keysOf(choice.chosen)).toEqual(['d/old', 'd/sub/old', 'd/sub/_links.html']);
    expect(choice.pages).toEqual(['_links.html']);
  });

  test('leave pages outdated that list one of them', () => {
    expect(outdatedPages(chooseOlder(objects, 5, 'd/', kept), 'd/')).toEqual(['_links.html']);
    expect(
      outdatedPages(
        chooseOlder({ existing: [existing[2] ?? object('', 0)], fresh: [] }, 5, 'd/', kept),
        'd/',
      ),
    ).toEqual([]);
  });

  test('are not those of exactly that age', () => {
    const same = { existing: [object('d/a', 4), object('d/b', 5)], fresh: [] };
    expect(keysOf(chooseOlder(same, 5, 'd/', { files: ['b'], generated: [] }).chosen)).toEqual(['d/a']);
  });

  test('leave the pages of other folders as they are', () => {
    const pages = ['_links.html', 'other/_links.html', 'sub/_links.html'];
    expect(outdatedPages({ ...objects, chosen: [object('d/sub/x', 1)], pages }, 'd/')).toEqual([
      '_links.html',
      'sub/_links.html',
    ]);
  });

  test('are never fresh ones', () => {
    expect(
      chooseOlder({ existing: [], fresh: [object('d/a', 1)] }, 5, 'd/', { files: [], generated: [] }).chosen,
    ).toEqual([]);
  });
});
