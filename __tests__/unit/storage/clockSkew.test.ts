import { describe, expect, test } from '@jest/globals';

import { createClock } from '../../../src/http/clock.ts';
import { responseError } from '../../../src/storage/clockSkew.ts';
import { deleteObjects } from '../../../src/storage/deletion.ts';
import { headObject } from '../../../src/storage/head.ts';
import type { WireResponse } from '../../../src/storage/wire.ts';
import { errorXml, openBucket, put } from './localBucket.ts';

describe('a wrong clock', () => {
  const hour = 3_600_000;

  test.each([-2 * hour, 2 * hour])(
    '(by %d ms) is corrected by the response, and the request is retried',
    async (off) => {
      const signedAt = (stamp: string | string[] | undefined) =>
        Date.parse(String(stamp).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
      await using bucket = await openBucket(
        ({ headers }) =>
          Math.abs(signedAt(headers['x-amz-date']) - Date.now()) > 15 * 60_000
            ? { status: 403, body: errorXml('RequestTimeTooSkewed') }
            : { body: '' },
        { now: () => Date.now() + off },
      );
      const { client } = bucket;
      await put(client, 'p/a');
      expect(bucket.server.asked).toHaveLength(2);
      expect(Math.abs(client.clock.now() - Date.now())).toBeLessThan(60_000);
      expect(bucket.sessions).toHaveLength(1);
    },
  );

  const skewed = { status: 403, body: errorXml('RequestTimeTooSkewed') };

  test.each([0, 2 * hour])(
    '(by %d ms) is an error after three attempts if the storage rejects its own time as well',
    async (off) => {
      await using bucket = await openBucket(() => skewed, { now: () => Date.now() + off });
      const error = await put(bucket.client, 'p/a').catch((reason: unknown) => reason);
      expect(bucket.server.asked).toHaveLength(3);
      const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/.source;
      expect(error).toMatchObject({
        code: 'ClockMismatch',
        status: 403,
        message: expect.stringMatching(
          new RegExp(
            `^RequestTimeTooSkewed, although the request was signed for ${time}, and the time in the answer is ${time}\\. This machine's clock says ${time}$`,
          ),
        ),
      });
      const machine = Date.parse((error as Error).message.slice(-20));
      expect(Math.abs(machine - Date.now() - off)).toBeLessThan(60_000);
    },
  );

  test('is also an error after three attempts of an SDK call', async () => {
    await using bucket = await openBucket(() => skewed);
    await expect(deleteObjects(bucket.client, 'p/', ['p/a', 'p/b'])).rejects.toMatchObject({
      code: 'ClockMismatch',
    });
    expect(bucket.server.asked).toHaveLength(3);
  });

  test('of one of several servers of the storage does not end the call', async () => {
    await using bucket = await openBucket((_, count) => (count <= 2 ? skewed : { body: '' }));
    await put(bucket.client, 'p/a');
    expect(bucket.server.asked).toHaveLength(3);
  });

  test('is corrected again with each attempt if the times in the responses differ', async () => {
    const at = (count: number) => new Date(Date.now() + count * hour).toISOString();
    const answer = (count: number) =>
      errorXml('RequestTimeTooSkewed').replace('</Error>', `<ServerTime>${at(count)}</ServerTime></Error>`);
    await using bucket = await openBucket((_, count) =>
      count <= 5 ? { status: 403, body: answer(count) } : { body: '' },
    );
    await put(bucket.client, 'p/a');
    expect(bucket.server.asked).toHaveLength(6);
  });
});

test.each([-1, 1])(
  'a HEAD that is rejected without an error code is retried with the time of the response',
  async (sign) => {
    const off = sign * 7_200_000;
    await using bucket = await openBucket(
      (_, count) => (count === 1 ? { status: 403 } : { headers: { etag: '"abc"', 'content-length': '7' } }),
      { now: () => Date.now() + off },
    );
    expect(await headObject(bucket.client, 'p/a')).toMatchObject({ size: 7, etag: 'abc' });
    expect(Math.abs(bucket.client.clock.now() - Date.now())).toBeLessThan(60_000);
  },
);

describe('the error of a response', () => {
  const signedAt = Date.parse('2026-11-27T12:00:00Z');
  const minutes = 60_000;
  const respond = (status: number, code: string, offMs: number | undefined, attempt = 1) => {
    const clock = createClock(() => signedAt);
    const date = offMs === undefined ? undefined : new Date(signedAt + offMs).toUTCString();
    const headers = date === undefined ? {} : { date };
    const body = Buffer.from(code && errorXml(code)).toString();
    const error = responseError({ status, headers, body } as WireResponse, signedAt, clock, attempt);
    return { code: error.code, message: error.message, corrected: clock.now() - signedAt };
  };

  test('without a code is about the clock only for a 403 that is more than five minutes off', () => {
    expect(respond(403, '', 5 * minutes + 1_000).code).toBe('RequestTimeTooSkewed');
    expect(respond(403, '', 5 * minutes).code).toBe('');
    expect(respond(404, '', 60 * minutes)).toMatchObject({ code: '', corrected: 0 });
    expect(respond(403, 'AccessDenied', 60 * minutes)).toMatchObject({ code: 'AccessDenied', corrected: 0 });
  });

  test('that is at most a minute off after two attempts is permanent', () => {
    expect(respond(403, 'RequestTimeTooSkewed', minutes, 2).code).toBe('RequestTimeTooSkewed');
    expect(respond(403, 'RequestTimeTooSkewed', minutes, 3).code).toBe('ClockMismatch');
    expect(respond(403, 'RequestTimeTooSkewed', minutes + 1_000, 3).code).toBe('RequestTimeTooSkewed');
  });

  test('says if the response has no time', () => {
    expect(respond(403, 'RequestTimeTooSkewed', undefined, 3).message).toBe(
      "RequestTimeTooSkewed, although the request was signed for 2026-11-27T12:00:00Z, and the time in the answer is missing. This machine's clock says 2026-11-27T12:00:00Z",
    );
  });
});
