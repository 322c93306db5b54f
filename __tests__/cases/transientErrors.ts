import { randomBytes } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { errorXml, useFaultyServer, useFaultyStorage } from '../support/faultyServer.ts';
import { folderWith } from '../support/folder.ts';
import { type Subject, errorOf, runSubject, storedFiles } from '../support/subject.ts';

/** Transient server errors: the run retries, and says so in the log. */
export function transientErrorCases(subject: () => Subject): void {
  const storage = useFaultyStorage(subject);
  const issuer = useFaultyServer(() => new URL(subject().platform.issuer).origin);

  const upload = (destination: string, count = 2) => {
    const files = Array.from({ length: count }, (_, index) => [`${index}.bin`, randomBytes(100)] as const);
    const cwd = folderWith(Object.fromEntries(files));
    return runSubject(subject(), 'upload', { path: '.', destination }, { cwd });
  };

  describe('a transient server error', () => {
    test('at the start: requests to TerrAPI are retried, with and without Retry-After', async () => {
      const { terrapi } = subject().platform;
      terrapi.fail('/v2/storage/token', { status: 502 }, 2);
      terrapi.fail('/v2/storage/token', { status: 503, headers: { 'retry-after': '1' } }, 1);
      const run = await upload('patient/start');
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(run.log).toMatch(/Retrying TerrAPI GET v2\/storage\/token\S* .*\(HTTP 502\)/);
    });

    test('at the start: the error for an issuer that asks to wait for an hour does not blame the configuration', async () => {
      issuer.decide = () => ({ kind: 'answer', status: 503, headers: { 'retry-after': '3600' } });
      const run = await runSubject(
        subject(),
        'upload',
        { path: '.', issuer: `${issuer.url}${new URL(subject().platform.issuer).pathname}` },
        { cwd: folderWith({ 'a.txt': 'a' }) },
      );
      expect(errorOf(run)).toMatch(
        /^Issuer \S+ answered the request for its OpenID configuration with 503\nThe issuer is overloaded or has an error\./,
      );
      expect(errorOf(run)).not.toContain("input 'issuer'");
    });

    test('the run continues without the name of the account', async () => {
      subject().platform.terrapi.fail('/v2/user/info', { status: 500 }, 1);
      const run = await upload('patient/name');
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    });

    test('the first request to the storage is retried, and the error does not blame the configuration', async () => {
      storage.decide = ({ method, before }) =>
        method === 'HEAD' && before < 2 ? { kind: 'answer', status: 503 } : undefined;
      const run = await upload('patient/first');
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(run.log).toContain('Retrying HEAD');
    });

    test('during an upload of many files: all requests are retried', async () => {
      let downSince: number | undefined;
      storage.decide = ({ method, at }) => {
        if (method !== 'PUT') return undefined;
        downSince ??= at;
        return at - downSince < 2_500
          ? { kind: 'answer', status: 503, body: errorXml('ServiceUnavailable') }
          : undefined;
      };
      const run = await upload('patient/middle', 64);
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(await storedFiles(subject().platform, 'ci/patient/middle/')).toHaveLength(64);
      expect(run.log.match(/^Retrying /gm)?.length).toBeLessThan(10);
    });
  });
}
