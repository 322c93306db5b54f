import { expect, test } from '@jest/globals';

import { createRetryLog } from '../../../src/report/retryLog.ts';
import { StorageError } from '../../../src/storage/s3Error.ts';

/** A retry log, its lines, and a clock that stands still until it is moved. */
function openLog() {
  const lines: string[] = [];
  const clock = { ms: 0 };
  const log = createRetryLog({ info: (text) => lines.push(...[text].flat()) }, () => clock.ms);
  return { log, lines, clock };
}

const reset = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });

test.each<[string, unknown, number | undefined, string]>([
  ['a connection that the server closed', reset, undefined, 'connection closed'],
  ['one that is a cause', new TypeError('fetch failed', { cause: reset }), undefined, 'connection closed'],
  ['a time limit', new DOMException('late', 'TimeoutError'), undefined, 'no answer within the time limit'],
  ['an answer', new Error('bad'), 502, 'HTTP 502'],
  [
    'an error of S3',
    new StorageError({ status: 503, code: 'SlowDown', message: 'Reduce your rate' }),
    503,
    'SlowDown 503: Reduce your rate',
  ],
  ['anything else', new Error('No byte moved for 60 s'), undefined, 'No byte moved for 60 s'],
])('names the object and the reason: %s', (_, error, status, reason) => {
  const { log, lines } = openLog();
  log.onRetry({ what: 'reports/a.txt', error, status, waitMs: 200 });
  expect(lines).toEqual([`Retrying reports/a.txt (${reason})`]);
});

test('says how long it waits, if that is a second or more', () => {
  const { log, lines } = openLog();
  log.onRetry({ what: 'a.txt', error: reset, status: undefined, waitMs: 5_000 });
  expect(lines).toEqual(['Retrying a.txt in 5 s (connection closed)']);
});

test('logs a reason once in ten seconds, and counts all retries', () => {
  const { log, lines, clock } = openLog();
  const retry = (what: string) => log.onRetry({ what, error: reset, status: undefined, waitMs: 0 });
  for (const name of ['a', 'b', 'c']) retry(name);
  log.onRetry({ what: 'd', error: new Error('x'), status: 500, waitMs: 0 });
  clock.ms = 10_000;
  retry('e');
  expect(lines).toEqual([
    'Retrying a (connection closed)',
    'Retrying d (HTTP 500)',
    'Retrying e (connection closed); 5 retries so far',
  ]);
  expect(log.total()).toBe(5);
});
