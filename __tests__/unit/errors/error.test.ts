import { readFileSync } from 'node:fs';

import { expect, test } from '@jest/globals';

import {
  ActionError,
  causes,
  detailLines,
  messageOf,
  openFileLimit,
  systemCode,
} from '../../../src/errors/error.ts';

test('causes are listed outermost first, with those of an AggregateError', () => {
  const inner = new Error('inner');
  const many = new AggregateError([new Error('one'), 'no error'], 'many', { cause: inner });
  const outer = new ActionError('storage-error', 'outer', { cause: many });
  expect(causes(outer).map(messageOf)).toEqual(['outer', 'many', 'one', 'inner']);
  expect(causes('text')).toEqual([]);
});

test('a cycle of causes ends', () => {
  const error = new Error('again');
  error.cause = error;
  expect(causes(error)).toHaveLength(8);
});

test("the code of Node's errors is found in any cause", () => {
  let missing: unknown;
  try {
    readFileSync('/no/such/file');
  } catch (error) {
    missing = error;
  }
  expect(systemCode(new Error('outer', { cause: missing }))).toBe('ENOENT');
  expect(systemCode(new Error('none'))).toBeUndefined();
  expect(messageOf(missing)).toContain('no such file');
  expect(messageOf(42)).toBe('42');
});

test.each([
  ['EMFILE', 'too many open files'],
  ['ENFILE', 'file table overflow'],
  ['ERR_WORKER_INIT_FAILED', 'Worker initialization failure: EMFILE'],
])('the limit of open files is detected in any cause: %s', (code, message) => {
  const error = new Error('outer', { cause: Object.assign(new Error(message), { code }) });
  expect(openFileLimit(error)?.hint).toMatch(/'ulimit -n'.*'concurrency'/);
});

test('another error does not count as the limit of open files', () => {
  const other = Object.assign(new Error('/EMFILE: no such file'), { code: 'ENOENT' });
  expect([openFileLimit(other), openFileLimit(undefined)]).toEqual([undefined, undefined]);
});

test('a long list of details is cut, and the last line says how many are missing', () => {
  expect(detailLines(['a', 'b'], 2)).toEqual(['- a', '- b']);
  expect(detailLines(['a', 'b', 'c', 'd'], 2)).toEqual(['- a', '- b', '- … and 2 more']);
});
