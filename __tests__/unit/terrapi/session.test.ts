import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { describe, expect, test } from '@jest/globals';

import { temporaryFolder } from '../folders.ts';
import { jwt } from '../servers.ts';
import { credentials, now, open, point, refusal } from './localWorkspace.ts';

describe('sessions', () => {
  test('have their secret key masked before use, but not key ID and token', async () => {
    await using place = await open();
    const { sessions } = await place.opening;
    expect(await sessions.get()).toMatchObject({ accessKeyId: 'key-1', secretAccessKey: 'secret-1' });
    expect(place.masked).toEqual(['secret-1']);
    await sessions.replace(() => true);
    expect(place.masked).toEqual(['secret-1', 'secret-2']);
  });

  test('are shared by all callers, and refreshed in the background before they expire', async () => {
    await using place = await open({
      token: (count) => ({
        body: {
          storage: point,
          credentials: credentials(
            count,
            count === 1 ? {} : { token: null, expiration: '2026-03-01T12:30:00Z' },
          ),
        },
      }),
    });
    const { sessions } = await place.opening;
    await Promise.all([sessions.get(), sessions.get()]);
    place.time.now = now + 719_000;
    const first = await sessions.get();
    expect(place.opened()).toBe(1);
    place.time.now = now + 721_000;
    const [one, two] = await Promise.all([sessions.get(), sessions.get()]);
    expect([one, two]).toEqual([first, first]);
    const { accessKeyId } = await sessions.replace((held) => held === first);
    expect([accessKeyId, (await sessions.get()).accessKeyId]).toEqual(['key-2', 'key-2']);
    expect(place.opened()).toBe(2);
  });

  test('are used until they expire if the platform is down; then callers wait for a new one', async () => {
    let away = false;
    await using place = await open({
      token: (count) =>
        away
          ? { status: 403, body: { title: 'not now' } }
          : {
              body: {
                storage: point,
                credentials: credentials(count, { token: null, expiration: '2026-03-01T12:15:00Z' }),
              },
            },
    });
    const { sessions } = await place.opening;
    const first = await sessions.get();
    away = true;
    for (const seconds of [721, 800, 898]) {
      place.time.now = now + seconds * 1_000;
      expect(await sessions.get()).toBe(first);
    }
    place.time.now = now + 901_000;
    await expect(sessions.get()).rejects.toThrow('with 403');
  });

  test('with a lifetime of 20 s are fresh for four fifths of it', async () => {
    await using place = await open({
      token: (count) => ({
        body: {
          storage: point,
          credentials: credentials(count, { token: null, expiration: '2026-03-01T12:00:20Z' }),
        },
      }),
    });
    const { sessions } = await place.opening;
    place.time.now = now + 15_000;
    await sessions.get();
    expect(place.opened()).toBe(1);
    place.time.now = now + 16_500;
    const held = await sessions.get();
    expect(held.accessKeyId).toBe('key-1');
    await sessions.replace((one) => one === held);
    expect(place.opened()).toBe(2);
  });

  const expiryOf = async (more: object) => {
    await using place = await open({
      token: () => ({ body: { storage: point, credentials: credentials(1, more) } }),
    });
    return (await (await place.opening).sessions.get()).expiresAt;
  };

  test.each([
    ['expiration', { expiration: '2026-03-01T12:15:00Z', token: 'opaque' }, 900],
    ['expiration with an offset', { expiration: '2026-03-01T14:15:00+02:00', token: null }, 900],
    ['the token if expiration is missing', { expiration: null }, 900],
    ['the token if expiration is not a time', { expiration: 'soon' }, 900],
    ['the earlier of both', { expiration: '2026-03-01T12:10:00.1234567Z' }, 600],
    ['the earlier of both, which is the token', { expiration: '2026-03-01T13:00:00Z' }, 900],
  ])('expire by %s', async (_, more, seconds) => {
    expect(Math.floor(((await expiryOf(more)) ?? 0) / 1000)).toBe(now / 1000 + seconds);
  });

  test('may have an unknown expiry', async () => {
    expect(await expiryOf({ expiration: null, token: 'opaque' })).toBeUndefined();
    expect(await expiryOf({ expiration: null, token: jwt({ exp: null }) })).toBeUndefined();
  });

  test('have times in UTC if the zone is missing, in any time zone of the runner', async () => {
    using folder = temporaryFolder();
    // A process reads its time zone from the environment when it starts.
    writeFileSync(
      folder.at('open.ts'),
      `import { createClocks } from '${new URL('../../../src/http/clock.ts', import.meta.url).href}';
       import { openWorkspace } from '${new URL('../../../src/terrapi/workspace.ts', import.meta.url).href}';
       const [storage, credentials] = process.argv.slice(2).map((text) => JSON.parse(text));
       const terrapi = { storageToken: async () => ({ storage, credentials }) };
       const { sessions } = await openWorkspace('w', [], terrapi, { clockOf: createClocks(() => ${now}), plainHttp: false }, () => {});
       process.stdout.write(JSON.stringify([new Date(${now}).getHours(), (await sessions.get()).expiresAt]));`,
    );
    const given = [point, credentials(1, { token: null, expiration: '2026-03-01T12:15:00' })];
    for (const [zone, hour] of [
      ['America/New_York', 7],
      ['Asia/Tokyo', 21],
    ] as const) {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [folder.at('open.ts'), ...given.map((part) => JSON.stringify(part))],
        { env: { ...process.env, TZ: zone } },
      );
      expect(JSON.parse(stdout)).toEqual([hour, now + 900_000]);
    }
  });

  test('that have already expired are an error', async () => {
    const error = await refusal({
      token: () => ({
        body: { storage: point, credentials: credentials(1, { expiration: '2026-03-01T11:59:59Z' }) },
      }),
    });
    expect(error).toMatchObject({ code: 'storage-session' });
    expect(error.message).toContain('2026-03-01T11:59:59.000Z');
  });
});
