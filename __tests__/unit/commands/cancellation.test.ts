import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { type Cancellation, onCancel } from '../../../src/commands/cancellation.ts';
import { cleanupMs } from '../../../src/http/transport.ts';

let cancellation: Cancellation;
let late = 0;
beforeEach(() => {
  jest.useFakeTimers();
  late = 0;
  cancellation = onCancel(() => (late += 1));
});
afterEach(() => {
  cancellation.release();
  jest.useRealTimers();
});

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (name) => {
  test('aborts the run, which has 4 s to end, longer than cleaning up takes', () => {
    expect(cancellation.signal.aborted).toBe(false);
    process.emit(name, name);
    expect(cancellation.signal.aborted).toBe(true);
    jest.advanceTimersByTime(cleanupMs);
    expect([cleanupMs, late]).toEqual([3_000, 0]);
    jest.advanceTimersByTime(999);
    expect(late).toBe(0);
    jest.advanceTimersByTime(1);
    expect(late).toBe(1);
  });

  test('ends the run at once if it comes again', () => {
    process.emit('SIGINT', 'SIGINT');
    process.emit(name, name);
    expect(late).toBe(1);
  });

  test('does nothing after the run', () => {
    process.emit(name, name);
    cancellation.release();
    jest.advanceTimersByTime(60_000);
    expect([late, process.listeners(name)]).toEqual([0, []]);
  });
});
