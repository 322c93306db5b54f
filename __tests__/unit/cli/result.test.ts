import { expect, test } from '@jest/globals';

import { resultText } from '../../../src/cli/result.ts';
import { workspaceLines } from '../../../src/cli/workspaceTable.ts';

const outputs = new Map<string, string | number>([
  ['url', ''],
  ['preview', 'false'],
  ['urls', '{"a":"https://x"}'],
  ['s3-uri', 's3://b/'],
  ['file-count', 2],
]);

test('the result is the first output that is not empty', () => {
  const options = { json: false, print: undefined };
  expect(resultText({ results: ['url', 's3-uri'] }, outputs, options)).toBe('s3://b/\n');
  expect(resultText({ results: [] }, outputs, options)).toBe('');
});

test('--print chooses an output, and --json has all with their types', () => {
  expect(resultText({ results: ['url'] }, outputs, { json: false, print: 'file-count' })).toBe('2\n');
  expect(JSON.parse(resultText({ results: ['url'] }, outputs, { json: true, print: undefined }))).toEqual({
    url: '',
    preview: false,
    urls: { a: 'https://x' },
    's3-uri': 's3://b/',
    'file-count': 2,
  });
});

test('workspaces are a table on a terminal, and names for scripts', () => {
  const json = JSON.stringify([
    { name: 'w', type: 'workspace', platform: 'gep', storage_type: 's3', status: 'OK' },
  ]);
  expect(workspaceLines(json, false)).toEqual(['w']);
  expect(workspaceLines(json, true)).toEqual([
    'NAME  TYPE       PLATFORM  STORAGE  STATUS',
    'w     workspace  gep       s3       OK',
  ]);
});
