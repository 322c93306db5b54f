import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { RunnerResult } from '../../platform/runner.ts';
import { downloadByLinks, filesIn } from '../support/downloadRun.ts';
import { folderWith } from '../support/folder.ts';
import { type Subject, errorOf, linksFileOf, runSubject } from '../support/subject.ts';

const skewed = pathToFileURL(path.resolve(import.meta.dirname, '../support/clockSkew.ts')).href;

/** Times of a run and its links, in milliseconds since the epoch, by the storage's clock. */
interface Probe {
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly status: number;
}

/** Opens a link repeatedly until it is rejected. */
async function probe(url: string, patienceMs: number): Promise<Probe[]> {
  const probes: Probe[] = [];
  const deadline = Date.now() + patienceMs;
  while (probes.at(-1)?.status !== 403 && Date.now() < deadline) {
    const askedAt = Date.now();
    const { status } = await fetch(url, { cache: 'no-store' });
    probes.push({ askedAt, answeredAt: Date.now(), status });
    await sleep(100);
  }
  return probes;
}

/** Lifetime of links, with a correct and a wrong clock on the runner. */
export function expiryCases(subject: () => Subject, { sessionSeconds }: { sessionSeconds: number }): void {
  beforeEach(() => {
    subject().platform.terrapi.sessionSeconds = sessionSeconds;
  });
  afterEach(() => {
    subject().platform.terrapi.sessionSeconds = 900;
  });

  const run = async (action: 'upload' | 'links', skewSeconds: number) => {
    const startedAt = Date.now();
    const result = await runSubject(
      subject(),
      action,
      { destination: `skewed/${skewSeconds}`, links: 'session', ...(action === 'upload' && { path: '.' }) },
      {
        cwd: folderWith({ 'a.txt': 'a', 'b.txt': 'b' }),
        env: { NODE_OPTIONS: `--import=${skewed}`, SKEW_SECONDS: String(skewSeconds) },
      },
    );
    const endedAt = Date.now();
    expect([result.exitCode, errorOf(result)]).toEqual([0, '']);
    return { ...result, startedAt, endedAt, expiresAt: Date.parse(result.outputs['expires-at'] ?? '') };
  };

  /** Downloads by the expired links: of the list, of a list that does not say when they expire, and of the index page. */
  const expectExpired = async (renewed: RunnerResult) => {
    const list = linksFileOf(renewed);
    const cwd = folderWith({
      'links.json': JSON.stringify(list),
      'silent.json': JSON.stringify({ ...list, expires_at: '' }),
    });
    for (const from of ['links.json', 'silent.json', renewed.outputs['url'] ?? '']) {
      const run = await downloadByLinks(subject(), { from, path: 'x' }, { cwd });
      expect([run.exitCode, run.outputs]).toEqual([1, {}]);
      expect(errorOf(run)).toMatch(/^The links of \S+ (?:have )?expired/);
      expect(errorOf(run)).toContain(`Get new links: ask the person who sent them to you`);
      expect(Object.keys(filesIn(cwd))).toEqual(['links.json', 'silent.json']);
    }
  };

  describe(`with sessions of ${sessionSeconds} s, links`, () => {
    test('work until expires-at, and expire with their session at the latest, even if the runner’s clock is an hour wrong', async () => {
      await Promise.all(
        [0, -3_600, 3_600].map(async (skewSeconds) => {
          const uploaded = await run('upload', skewSeconds);
          const renewed = await run('links', skewSeconds);
          for (const { startedAt, endedAt, expiresAt, log } of [uploaded, renewed]) {
            // The session was opened between these two times, or renewed later. Its links expire with it.
            expect(expiresAt).toBeGreaterThanOrEqual(startedAt + sessionSeconds * 950 - 2_000);
            expect(expiresAt).toBeLessThanOrEqual(endedAt + sessionSeconds * 1_000 + 1_000);
            const [, off = '0', side = ''] =
              /^Clock: this runner's is (\d+) s (\w+); the server's time is used$/m.exec(log) ?? [];
            expect(side).toBe(skewSeconds === 0 ? '' : skewSeconds < 0 ? 'slow' : 'fast');
            expect(Math.abs(Number(off) - Math.abs(skewSeconds))).toBeLessThanOrEqual(2);
          }
          const { files, expires_at: said } = linksFileOf(renewed);
          const { expiresAt } = renewed;
          expect(said).toBe(renewed.outputs['expires-at']);
          const links = [renewed.outputs['url'] ?? '', ...files.map(({ url }) => url)];
          expect(links).toHaveLength(3);
          const patience = expiresAt - Date.now() + 60_000;
          for (const probes of await Promise.all(links.map((link) => probe(link, patience)))) {
            const before = probes.filter(({ answeredAt }) => answeredAt < expiresAt);
            expect([skewSeconds, before.filter(({ status }) => status !== 200)]).toEqual([skewSeconds, []]);
            // The last successful try was about a second earlier, even on a slow machine.
            expect(before.at(-1)?.answeredAt).toBeGreaterThan(expiresAt - 2_000);
            expect(probes.at(-1)?.status).toBe(403);
          }
          await expectExpired(renewed);
        }),
      );
    });
  });
}
