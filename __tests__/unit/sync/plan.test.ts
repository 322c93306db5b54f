import { describe, expect, test } from '@jest/globals';

import { objectHeaders, planUpload, withGenerated } from '../../../src/sync/plan.ts';
import { parseHeaderRule } from '../../../src/config/headerRules.ts';
import { generatedMark } from '../../../src/files/headers.ts';
import { failureOf } from '../failure.ts';
import { localFile } from '../localFile.ts';

function keys(names: readonly string[], prefix = 'a2s/', destination = 'd') {
  return planUpload(
    names.map((name) => localFile(name)),
    prefix,
    destination,
  ).puts.map(({ key }) => key);
}

test('keys are prefix, destination and name', () => {
  expect(keys(['x', 'a/b'], 'a2s/', 'reports/main')).toEqual(['a2s/reports/main/x', 'a2s/reports/main/a/b']);
  expect(keys(['x'], '', '')).toEqual(['x']);
  expect(keys(['x'], 'a2s/', '')).toEqual(['a2s/x']);
});

test('names that differ only in Unicode normal form or letter case have different keys', () => {
  const names = ['é'.normalize('NFC'), 'é'.normalize('NFD'), 'A', 'a'];
  expect(new Set(keys(names)).size).toBe(4);
});

test('files of the same name in different folders have different keys', () => {
  expect(keys(['a/x.js', 'b/x.js'])).toEqual(['a2s/d/a/x.js', 'a2s/d/b/x.js']);
});

test('objects get the attributes of their files, generated objects do not', () => {
  const plan = planUpload([{ ...localFile('a'), mtimeMs: 1_500 }], '', 'd');
  const { groups } = withGenerated(plan, localFile('SHA256SUMS'));
  expect(groups.flat().map(objectHeaders)).toEqual([{ 'x-amz-meta-mtime': '1.5' }, generatedMark]);
});

test('files of one type share what they have in common, because there may be 300,000', () => {
  const { puts } = planUpload([localFile('a.js'), localFile('b/c.js')], 'a2s/', 'd');
  const [own = [], other = []] = puts.map((put) =>
    Object.values<unknown>({ ...put, file: undefined }).filter((value) => value !== undefined),
  );
  expect(own).toHaveLength(1);
  expect(own[0]).toBe(other[0]);
});

test('rules set the type and the other headers of the files that they match', () => {
  const rules = ['*.md Content-Type: text/x-markdown', 'Cache-Control: no-store'].flatMap(
    (line) => parseHeaderRule(line) ?? [],
  );
  const [page, text] = planUpload([localFile('a.html'), localFile('b.md')], '', 'd', rules).puts;
  expect(page).toMatchObject({
    contentType: 'text/html; charset=utf-8',
    headers: { 'cache-control': 'no-store' },
  });
  expect(page).not.toHaveProperty('hasGivenType');
  expect(text).toMatchObject({
    name: 'b.md',
    key: 'd/b.md',
    contentType: 'text/x-markdown',
    hasGivenType: true,
    headers: { 'cache-control': 'no-store' },
  });
});

test('sizes are added up', () => {
  const plan = planUpload([localFile('a', 2 ** 40), localFile('b', 3)], '', 'd');
  expect(plan.totalBytes).toBe(2 ** 40 + 3);
  expect(planUpload([], '', 'd')).toMatchObject({ totalBytes: 0, groups: [], puts: [] });
});

test('entry pages come after the files that they lead to, the outermost last', () => {
  const { groups } = planUpload(
    ['index.html', 'a/index.html', 'b.js', 'z/notindex.html', 'index.html/x'].map((name) => localFile(name)),
    '',
    'd',
  );
  expect(groups.map((group) => group.map(({ name }) => name))).toEqual([
    ['b.js', 'z/notindex.html', 'index.html/x'],
    ['a/index.html'],
    ['index.html'],
  ]);
});

describe('limits are in bytes', () => {
  // 4 bytes each.
  const satellite = '🛰';

  test('255 for a segment', () => {
    expect(keys([satellite.repeat(63)])).toHaveLength(1);
    expect(failureOf(() => keys([`${satellite.repeat(63)}abcd`])).message).toContain(
      '256 bytes, and servers allow 255',
    );
    expect(failureOf(() => keys([`${'a'.repeat(256)}/x`])).code).toBe('invalid-key');
    expect(keys(['a'.repeat(255)])).toHaveLength(1);
    expect(failureOf(() => keys(['a'.repeat(256)], '', '')).code).toBe('invalid-key');
  });

  test('1,024 for a key, prefix and destination included', () => {
    const name = Array.from({ length: 5 }, () => satellite.repeat(50)).join('/');
    const room = 1024 - Buffer.byteLength(name) - 'p/'.length - 1;
    expect(keys([name], 'p/', 'd'.repeat(room))).toHaveLength(1);
    const { message } = failureOf(() => keys([name], 'p/', 'd'.repeat(room + 1)));
    expect(message).toContain('1025 bytes, and S3 allows 1024');
    expect(message).toContain(`${room + 4} of them are 'p/`);
    expect(failureOf(() => keys([`${'short/'.repeat(171)}x`], '', '')).message).toContain('1027 bytes');
  });

  test('5 TiB for an object', () => {
    const limit = 5 * 2 ** 40;
    expect(failureOf(() => planUpload([localFile('big', limit + 1)], '', 'd')).message).toContain('5 TiB');
    for (const name of ['big', 'b'.repeat(100)])
      expect(planUpload([localFile(name, limit)], '', 'd').totalBytes).toBe(limit);
  });
});

test.each(['a//b', './a', 'a/../../b', '..', 'a/.'])(
  'a key with an empty or dot segment is rejected: %s',
  (name) => {
    expect(failureOf(() => keys([name])).message).toContain('segment');
    expect(failureOf(() => keys([name], '', '')).message).toContain('segment');
  },
);

test('a name that is not valid Unicode is rejected', () => {
  const { message, details, hint } = failureOf(() => keys(['a\ud800']));
  expect(message).toContain('not valid Unicode');
  expect(details).toEqual([]);
  expect(hint).toBe(
    "Rename the files, shorten 'destination', or exclude them with a line '!…' in 'path'. Nothing was uploaded.",
  );
});

test('one error lists all problems, and counts the files', () => {
  const long = 'x'.repeat(1100);
  const { message, details } = failureOf(() => keys(['ok', `a/${long}`, 'b//c']));
  expect(message).toBe('2 files cannot be stored because of their names');
  // The first of them exceeds two limits.
  expect(details).toHaveLength(3);
  expect(failureOf(() => keys([long])).message).toBe('1 file cannot be stored because of its name');
});

test('a name cannot write workflow commands into the message', () => {
  expect(failureOf(() => keys(['a\n::error::b//c'])).message).not.toContain('\n');
});
