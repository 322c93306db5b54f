import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from '@jest/globals';

import { useFaultyServer, useFaultyStorage } from '../support/faultyServer.ts';
import { folderWith } from '../support/folder.ts';
import { type Subject, errorOf, linksFileOf, runSubject, storedFiles } from '../support/subject.ts';
import { throttle } from '../support/throttle.ts';

const MiB = 1024 ** 2;

/** Uploads that take longer than the lifetime of their storage sessions. */
export function sessionCases(
  subject: () => Subject,
  { sessionSeconds, uploadSeconds }: { sessionSeconds: number; uploadSeconds: number },
): void {
  describe(`with sessions of ${sessionSeconds} s`, () => {
    const storage = useFaultyStorage(subject);
    const api = useFaultyServer(() => new URL(subject().platform.apiUrl).origin);

    test('an upload continues with its session while TerrAPI is down, and uses the next one once TerrAPI is back', async () => {
      const { platform } = subject();
      // The session is renewed when a fifth of its lifetime is left. The files take longer than its lifetime.
      const names = Array.from({ length: 8 }, (_, index) => `${index}.bin`);
      storage.decide = async ({ method }) => {
        if (method === 'PUT') await sleep((sessionSeconds * 1000) / 5);
        return undefined;
      };
      let since: number | undefined;
      api.decide = ({ key, before, at }) => {
        if (key !== 'v2/storage/token' || before === 0) return undefined;
        since ??= at;
        return at - since < 6_000 ? { kind: 'raw', bytes: '' } : undefined;
      };
      platform.terrapi.sessionSeconds = sessionSeconds;
      try {
        const inputs = {
          path: '.',
          destination: 'away',
          links: 'none',
          concurrency: '1',
          'api-url': `${api.url}${new URL(platform.apiUrl).pathname}`,
        };
        const cwd = folderWith(Object.fromEntries(names.map((name) => [name, name])));
        const run = await runSubject(subject(), 'upload', inputs, { cwd });
        expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
        expect(since).toBeDefined();
        expect(await storedFiles(platform, 'ci/away/')).toHaveLength(8);
      } finally {
        platform.terrapi.sessionSeconds = 900;
      }
    });

    test(
      `an upload of ${uploadSeconds} s succeeds, and a new session signs its links`,
      async () => {
        const { platform } = subject();
        const files = Object.fromEntries(
          Array.from({ length: 40 }, (_, index) => [`small/${index}.bin`, randomBytes(128 * 1024)]),
        );
        const large = randomBytes(50 * MiB);
        const cwd = folderWith({ ...files, 'large.bin': large });
        const slow = await throttle(platform.storageUrl, (55 * MiB) / uploadSeconds);
        platform.terrapi.sessionSeconds = sessionSeconds;
        platform.terrapi.storageEndpoint = slow.url;
        const opened = () =>
          platform.terrapi.requests.filter(({ path }) => path === '/v2/storage/token').length;
        const before = opened();
        try {
          const inputs = { path: '.', destination: 'slow', links: 'session' };
          const run = await runSubject(subject(), 'upload', inputs, { cwd });
          expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
          expect(run.seconds).toBeGreaterThan(uploadSeconds * 0.8);
          expect(opened() - before).toBeGreaterThan(1);
          expect(opened() - before).toBeLessThan(3 * (run.seconds / sessionSeconds) + 3);
          expect(run.log.match(/^\d+ of 41 files, .* left$/gm)?.length).toBeGreaterThan(uploadSeconds / 6);
          const links = linksFileOf(run).files;
          expect(links).toHaveLength(41);
          const [largeLink] = links.filter(({ path }) => path === 'large.bin');
          // By the link itself: the time until the run has ended depends on the machine.
          const lifetime = Number(new URL(largeLink?.url ?? '').searchParams.get('X-Amz-Expires'));
          expect(lifetime).toBeGreaterThan(sessionSeconds * 0.7);
          expect(Buffer.from(await (await fetch(largeLink?.url ?? '')).arrayBuffer()).equals(large)).toBe(
            true,
          );
        } finally {
          platform.terrapi.sessionSeconds = 900;
          platform.terrapi.storageEndpoint = undefined;
          await slow.close();
        }
      },
      (uploadSeconds + 60) * 1000,
    );
  });
}
