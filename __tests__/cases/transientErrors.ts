import { randomBytes } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { type Fault, type SeenRequest, useFaultyServer, useFaultyStorage } from '../support/faultyServer.ts';
import { folderWith } from '../support/folder.ts';
import { type Subject, errorOf, runSubject, storedFiles } from '../support/subject.ts';

/** Transient server errors: the run retries, and says so in the log. */
export function transientErrorCases(subject: () => Subject): void {
  const storage = useFaultyStorage(subject);
  const issuer = useFaultyServer(() => new URL(subject().platform.issuer).origin);
  const api = useFaultyServer(() => new URL(subject().platform.apiUrl).origin);

  const upload = (destination: string, count = 2, inputs: Record<string, string> = {}) => {
    const files = Array.from({ length: count }, (_, index) => [`${index}.bin`, randomBytes(100)] as const);
    const cwd = folderWith(Object.fromEntries(files));
    return runSubject(subject(), 'upload', { path: '.', destination, ...inputs }, { cwd });
  };
  const apiUrl = () => `${api.url}${new URL(subject().platform.apiUrl).pathname}`;

  /** Answers with this status for some time after the first wanted request. */
  const down = (wanted: (request: SeenRequest) => boolean, ms: number, status: number) => {
    let since: number | undefined;
    return (request: SeenRequest): Fault | undefined => {
      if (!wanted(request)) return undefined;
      since ??= request.at;
      return request.at - since < ms ? { kind: 'answer', status, body: '' } : undefined;
    };
  };

  describe('a transient server error', () => {
    test('at the start: requests to TerrAPI are retried, with and without Retry-After', async () => {
      const { terrapi } = subject().platform;
      terrapi.fail('/v2/storage/token', { status: 503, headers: { 'retry-after': '5' } }, 1);
      api.decide = down(({ key }) => key === 'v2/storage/token', 3_000, 502);
      const run = await upload('patient/start', 2, { 'api-url': apiUrl() });
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(run.seconds).toBeGreaterThan(8);
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
      for (const fault of [{ kind: 'answer', status: 500 }, { kind: 'stall' }] as const) {
        api.decide = ({ key }) => (key === 'v2/user/info' ? fault : undefined);
        const run = await upload('patient/name', 2, { 'api-url': apiUrl() });
        expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
        expect(api.requests.filter(({ key }) => key === 'v2/user/info')).not.toEqual([]);
      }
    });

    test('the first request to the storage is retried, and the error does not blame the configuration', async () => {
      storage.decide = down(() => true, 8_000, 503);
      const run = await upload('patient/first');
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(run.log).toContain('Retrying HEAD');
    });

    test('during an upload of many files: all requests are retried until the server is back, 10 s later', async () => {
      storage.decide = down(({ method }) => method === 'PUT', 10_000, 503);
      const run = await upload('patient/middle', 64);
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(await storedFiles(subject().platform, 'ci/patient/middle/')).toHaveLength(64);
      expect(run.log.match(/^Retrying /gm)?.length).toBeLessThan(10);
    });
  });
}
