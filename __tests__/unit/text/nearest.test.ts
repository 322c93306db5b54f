import { expect, test } from '@jest/globals';

import { nearestFirst, probableName } from '../../../src/text/nearest.ts';

test('names are sorted by their similarity, without case', () => {
  expect(nearestFirst('gep-w', ['charter-x', 'gep-wx', 'GEP-W'])).toEqual(['GEP-W', 'gep-wx', 'charter-x']);
});

test('missing letters count less than wrong ones, because people shorten names', () => {
  expect(nearestFirst('docs', ['dock', 'docs-v2'])).toEqual(['docs-v2', 'dock']);
  expect(nearestFirst('docs', ['dock', 'docs-of-the-project'])).toEqual(['dock', 'docs-of-the-project']);
});

test.each([
  ['dsit', ['dist', 'src'], 'dist'],
  ['distt', ['dist', 'src'], 'dist'],
  ['Dist', ['dist', 'src'], 'dist'],
  ['node', ['dist', 'src'], undefined],
  ['dist', [], undefined],
])('the probable name for %s in %j is %s', (given, names, expected) => {
  expect(probableName(given, names)).toBe(expected);
});
