import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { signSessionLinks } from '../../../src/links/sessionLinks.ts';
import { expandLink } from '../../../src/links/linkTable.ts';
import { createLinkTable } from '../../../src/links/signedLinks.ts';
import { refreshing } from '../../../src/http/refreshingValue.ts';
import { createStorageClient } from '../../../src/storage/client.ts';
import type { Session } from '../../../src/terrapi/session.ts';
import { transport } from '../servers.ts';

const start = Date.parse('2026-11-23T12:00:00Z');

/**
 * A stand-in for the platform with a session lifetime in seconds, and a clock that the test sets.
 * @param mostSessions how many sessions it opens
 */
function platform(lifeSeconds: number | undefined, mostSessions = Infinity) {
  const clock = { time: start };
  const opened: Session[] = [];
  const sessions = refreshing(
    () => {
      if (opened.length >= mostSessions) return Promise.reject(new Error('no session'));
      const session = {
        accessKeyId: `KEY-${opened.length + 1}`,
        secretAccessKey: 'secret',
        sessionToken: 'token',
        openedAt: clock.time,
        expiresAt: lifeSeconds === undefined ? undefined : clock.time + lifeSeconds * 1_000,
      };
      opened.push(session);
      return Promise.resolve(session);
    },
    () => true,
  );
  const location = {
    endpoint: new URL('https://s3.example.org/'),
    bucket: 'b',
    prefix: 'p/',
    region: undefined,
  };
  const over = transport({ now: () => clock.time });
  return { clock, opened, client: createStorageClient(location, 'fr-par', sessions, over) };
}

/** The key ID, start and expiry that a link contains. */
function read(link: string) {
  const { searchParams, pathname } = new URL(link);
  const stamp = searchParams.get('X-Amz-Date') ?? '';
  const begins = Date.parse(stamp.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  const seconds = Number(searchParams.get('X-Amz-Expires'));
  const key = searchParams.get('X-Amz-Credential')?.split('/')[0];
  return { pathname, key, begins, seconds, ends: begins + seconds * 1_000 };
}

test('a link expires with its session', async () => {
  const { client } = platform(900);
  const { url, expiresAt, signedBy } = await signSessionLinks(client, undefined);
  expect(signedBy).toBe('session');
  expect(read(url('p/d/a b'))).toEqual({
    pathname: '/b/p/d/a%20b',
    key: 'KEY-1',
    begins: start,
    seconds: 900,
    ends: start + 900_000,
  });
  expect(expiresAt).toBe(start + 900_000);
});

test.each([
  [60, 60],
  [900, 900],
  [3_600, 900],
])('%d requested seconds with a session of 900 s are %d', async (asked, had) => {
  const { client } = platform(900);
  const { url, expiresAt } = await signSessionLinks(client, asked);
  expect([read(url('k')).seconds, expiresAt]).toEqual([had, start + had * 1_000]);
});

test('the longest lifetime is seven days, however long the session is', async () => {
  const { client } = platform(30 * 86_400);
  const { url, expiresAt } = await signSessionLinks(client, 20 * 86_400);
  expect([read(url('k')).seconds, expiresAt]).toEqual([604_800, start + 604_800_000]);
});

describe('if the session does not say when it expires', () => {
  test('the expiry of links is unknown', async () => {
    const { url, expiresAt } = await signSessionLinks(platform(undefined).client, 3_600);
    expect([read(url('k')).seconds, expiresAt]).toEqual([3_600, undefined]);
  });

  test('and has no token, it never expires, and a link expires when it says', async () => {
    const { client } = platform(undefined);
    const held = await client.sessions.get();
    const permanent = {
      ...client,
      sessions: { ...client.sessions, get: () => Promise.resolve({ ...held, sessionToken: undefined }) },
    };
    const { expiresAt } = await signSessionLinks(permanent, 3_600);
    expect(expiresAt).toBe(start + 3_600_000);
  });
});

describe('a session that has partly expired', () => {
  test('is replaced, and the new session signs the links', async () => {
    const { client, clock, opened } = platform(900);
    await client.sessions.get();
    clock.time += 46_000;
    const { url, expiresAt } = await signSessionLinks(client, undefined);
    expect(opened).toHaveLength(2);
    expect(read(url('k'))).toMatchObject({ key: 'KEY-2', seconds: 900 });
    expect(expiresAt).toBe(clock.time + 900_000);
  });

  test('is used while at most 5 % of its lifetime has passed', async () => {
    const { client, clock, opened } = platform(900);
    await client.sessions.get();
    clock.time += 45_000;
    const { url } = await signSessionLinks(client, undefined);
    expect(opened).toHaveLength(1);
    expect(read(url('k'))).toMatchObject({ key: 'KEY-1', seconds: 855 });
  });

  test('is used to its end if the platform opens no other session', async () => {
    const { client, clock } = platform(900, 1);
    await client.sessions.get();
    clock.time += 899_000;
    const { url, expiresAt } = await signSessionLinks(client, undefined);
    expect(read(url('k'))).toMatchObject({ key: 'KEY-1', seconds: 1 });
    expect(expiresAt).toBe(start + 900_000);
    clock.time += 1_000;
    await expect(signSessionLinks(client, undefined)).rejects.toThrow('no session');
  });

  test('is not replaced if it has no expiry', async () => {
    const { client, clock, opened } = platform(undefined);
    await client.sessions.get();
    clock.time += 86_400_000;
    await signSessionLinks(client, undefined);
    expect(opened).toHaveLength(1);
  });
});

test('neither links nor the reported expiry ever exceed the session', async () => {
  const life = fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined });
  const wait = fc.integer({ min: 0, max: 60_000_000 });
  const asked = fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(life, wait, asked, async (seconds, waited, expiresIn) => {
      const { client, clock, opened } = platform(seconds);
      await client.sessions.get();
      clock.time += waited;
      const { url, expiresAt } = await signSessionLinks(client, expiresIn);
      const session = opened.at(-1);
      const link = read(url('k'));
      expect(link.begins).toBeLessThanOrEqual(clock.time);
      expect(link.seconds).toBeLessThanOrEqual(Math.min(expiresIn ?? Infinity, 604_800));
      expect(link.key).toBe(session?.accessKeyId);
      if (session?.expiresAt === undefined) expect(expiresAt).toBeUndefined();
      else {
        expect(link.ends).toBeLessThanOrEqual(session.expiresAt);
        expect(expiresAt).toBe(link.ends);
        // The lifetime is the longest possible one, to the second.
        const longest = Math.min(expiresIn ?? Infinity, 604_800, (session.expiresAt - clock.time) / 1_000);
        expect(link.ends - clock.time).toBeGreaterThan(longest * 1_000 - 2_000);
      }
    }),
    { numRuns: 300 },
  );
});

test('the link of a key stays the same when it is requested again', async () => {
  const { client } = platform(900);
  const { url } = await signSessionLinks(client, undefined);
  const keys = ['p/a b', 'p/a', 'p/%61', 'p/ä', 'p/__proto__'];
  const first = keys.map(url);
  expect(new Set(first).size).toBe(keys.length);
  expect(keys.map(url)).toEqual(first);
  const other = await signSessionLinks(client, undefined);
  expect(keys.toReversed().map(other.url)).toEqual(first.toReversed());
});

test('the parts of a link and the table of links give the same URL', async () => {
  const { client } = platform(900);
  const links = await signSessionLinks(client, undefined);
  const { parts, url } = links;
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 })), (names) => {
      const files = names.map((name) => ({ name, key: `p/d e/${name}` }));
      const table = createLinkTable(files, links);
      for (const [index, { name, key }] of files.entries()) {
        expect(`${parts?.address(key)}?${parts?.query}${parts?.own(key)}`).toBe(url(key));
        expect(expandLink(table, name, index)).toBe(url(key));
      }
    }),
  );
});
