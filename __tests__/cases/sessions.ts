import { randomBytes } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { folderWith } from '../support/folder.ts';
import { type Subject, errorOf, linksFileOf, runSubject } from '../support/subject.ts';
import { throttle } from '../support/throttle.ts';

const MiB = 1024 ** 2;

/** Uploads that take longer than the lifetime of their storage sessions. */
export function sessionCases(
  subject: () => Subject,
  { sessionSeconds, uploadSeconds }: { sessionSeconds: number; uploadSeconds: number },
): void {
  describe(`with sessions of ${sessionSeconds} s`, () => {
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
