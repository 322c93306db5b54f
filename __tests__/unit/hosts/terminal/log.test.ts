import { expect, test } from '@jest/globals';

import type { Verbosity } from '../../../../src/hosts/provider.ts';
import { terminalLog } from '../../../../src/hosts/terminal/log.ts';
import { registerSecret } from '../../../../src/text/secrets.ts';

function logTo(verbosity: Verbosity, hasColors = false) {
  const written: string[] = [];
  const stream = {
    write: (text: string) => void written.push(text),
    isTerminal: false,
    hasColors,
    columns: 80,
  };
  return { log: terminalLog(stream, verbosity), text: () => written.join('') };
}

function useAll({ log }: ReturnType<typeof logTo>) {
  log.debug('d');
  log.info('i');
  log.notice('n');
  log.group('g', ['in it']);
  log.error('e');
}

test('the verbosity decides what is printed', () => {
  const [quiet, normal, verbose] = [logTo('quiet'), logTo('normal'), logTo('verbose')];
  for (const each of [quiet, normal, verbose]) useAll(each);
  expect(quiet.text()).toBe('Error: e\n');
  expect(normal.text()).toBe('i\nNotice: n\ng\nError: e\n');
  expect(verbose.text()).toBe('Debug: d\ni\nNotice: n\ng\n  in it\nError: e\n');
});

test('only a terminal gets colors', () => {
  const plain = logTo('normal');
  const colored = logTo('normal', true);
  for (const { log } of [plain, colored]) log.error('e');
  expect(plain.text()).not.toContain('\u001b');
  expect(colored.text()).toContain('\u001b[31mError: \u001b[39m');
});

test('secrets and control characters are not printed', () => {
  registerSecret('canary-of-the-terminal');
  const { log, text } = logTo('verbose');
  log.error('a canary-of-the-terminal \u001b[2J');
  expect(text()).toBe('Error: a *** \\u001b[2J\n');
});

test('there is no progress bar without a terminal', () => {
  expect(logTo('normal').log.openProgress).toBeUndefined();
});
