import { expect, test } from '@jest/globals';

import { helpLine } from '../../../src/errors/codes.ts';
import { ActionError } from '../../../src/errors/error.ts';
import type { Text } from '../../../src/hosts/host.ts';
import { type FailingHost, fail } from '../../../src/report/log.ts';

/** The lines of the error that `fail` prints. */
function linesOf(error: unknown): string[] {
  let printed: Text = [];
  const host: FailingHost = {
    log: { debug: () => undefined },
    hints: { debugLog: 'turn it on' },
    fail: (text) => {
      printed = text;
    },
  };
  fail(host, error);
  return [printed].flat();
}

test('an error begins with its message and ends with the address of its entry', () => {
  const error = new ActionError('unreachable', 'What failed: why', {
    hint: 'Do this.',
    details: ['- a', '- b'],
  });
  expect(linesOf(error)).toEqual(['What failed: why', 'Do this.', '- a', '- b', helpLine('unreachable')]);
  expect(linesOf(new ActionError('proxy', 'm'))).toEqual(['m', helpLine('proxy')]);
});

test('the message about an unexpected error asks for a report', () => {
  expect(linesOf(new TypeError('x is not a function'))).toEqual([
    'Unexpected error: x is not a function',
    'Please report it with the debug log: turn it on.',
    helpLine('unexpected'),
  ]);
});

test('an unexpected error because of too many open files has their entry', () => {
  const error = Object.assign(new Error('spawn EMFILE'), { code: 'EMFILE' });
  expect(linesOf(error).at(-1)).toBe(helpLine('too-many-open-files'));
});
