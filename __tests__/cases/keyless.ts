import { randomBytes } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { buckets, keylessApps, usualJob } from '../../platform/catalogue.ts';
import type { TokenService } from '../../platform/platform.ts';
import type { RunnerOptions, RunnerResult } from '../../platform/runner.ts';
import { subjectOf } from '../../platform/tokens/job.ts';
import { folderWith } from '../support/folder.ts';
import {
  type ActionName,
  type Subject,
  errorOf,
  linksFileOf,
  runSubject,
  storedFiles,
  visibleText,
} from '../support/subject.ts';
import { throttle } from '../support/throttle.ts';

const MiB = 1024 ** 2;
const { branch, tag, environment, pullRequest, renamed } = keylessApps;

/** Runs an action without a client secret. A case adds inputs and variables. */
async function runKeyless(
  subject: Subject,
  action: ActionName,
  inputs: Readonly<Record<string, string>>,
  options: Partial<RunnerOptions> & { readonly cwd: string },
): Promise<RunnerResult> {
  const result = await runSubject(
    subject,
    action,
    // Without a secret, `secrets.X` is an empty string.
    { 'client-id': branch.id, 'client-secret': '', ...inputs },
    {
      ...options,
      env: { RUNNER_DEBUG: '1', ...subject.platform.tokenService.environment, ...options.env },
    },
  );
  expectNoSecretIn(result, subject);
  return result;
}

/** Checks that no token is visible in a run. */
function expectNoSecretIn(result: RunnerResult, { platform: { terrapi, tokenService } }: Subject): void {
  const seen = visibleText(result);
  const issued = [...tokenService.issued];
  // Payload and signature are enough to use a token, because all tokens have the same header.
  const parts = issued.flatMap((token) => token.split('.').slice(1));
  const bearer = tokenService.environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  const secrets = [bearer, ...parts, ...terrapi.secrets];
  expect(secrets.filter((secret) => seen.includes(secret))).toEqual([]);
  // Without any token, the check would always pass.
  if (Object.keys(result.outputs).length > 0) expect(issued.length).toBeGreaterThan(0);
}

interface Failure {
  readonly title: string;
  readonly given?: Partial<Pick<TokenService, 'job' | 'ageSeconds' | 'forged'>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly says: readonly (string | RegExp)[];
}

const refused = /^Issuer http.* rejects the OIDC token of this job for client 'ci-keyless' \(/;
const subjectShown = (subject: string) =>
  `- Subject presented, to be the 'Federated subject' of client 'ci-keyless': ${subject}\n`;

/** Cases in which the issuer rejects the OIDC token. */
const failures: readonly Failure[] = [
  {
    title: `another repository's token`,
    given: { job: { ...usualJob, repository: 'someone/else' } },
    says: [
      refused,
      '(401 invalid_client: ',
      subjectShown('repo:someone/else:ref:refs/heads/main'),
      `'Signed JWT - Federated'`,
    ],
  },
  {
    title: `another branch's token`,
    given: { job: { ...usualJob, ref: 'refs/heads/feature' } },
    says: [refused, '(401 invalid_client: ', subjectShown('repo:example/site:ref:refs/heads/feature')],
  },
  {
    title: 'a token of a repository with IDs in its subject',
    given: { job: renamed.job },
    // That subject belongs to another client.
    says: [refused, '(400 invalid_client: client_id parameter', subjectShown(subjectOf(renamed.job))],
  },
  {
    title: 'a wrong audience',
    inputs: { audience: 'https://github.com/example' },
    says: [
      refused,
      '(400 invalid_client: Invalid token audience)\n',
      `Remove input 'audience'`,
      /- Audience presented, to be the realm's own issuer URL http.*\/realms\/.*: https:\/\/github.com\/example$/m,
    ],
  },
  {
    title: 'an expired token',
    given: { ageSeconds: 400 },
    says: [refused, '(400 invalid_client: Token is not active)\n', 'the clocks of Keycloak'],
  },
  {
    title: 'a token signed by an unknown key',
    given: { forged: true },
    says: [refused, '(401 invalid_client: ', subjectShown(subjectOf(usualJob)), '(JWKS URL)'],
  },
  {
    title: 'an unknown client app',
    inputs: { 'client-id': 'nobody' },
    says: [/ for client 'nobody' \(401 /, `'Federated subject' of client 'nobody'`],
  },
];

/** Errors without a secret. Each has one clear message, and causes no useless request. */
export function keylessFailureCases(subject: () => Subject): void {
  const service = () => subject().platform.tokenService;
  const publish = (
    inputs: Readonly<Record<string, string>> = {},
    env: Readonly<Record<string, string>> = {},
  ) =>
    runKeyless(subject(), 'upload', { path: 'a.txt', ...inputs }, { cwd: folderWith({ 'a.txt': 'a' }), env });
  const asked = async (run: () => Promise<RunnerResult>) => {
    const before = service().requests.length;
    const result = await run();
    expect(result.log.match(/^::error/gm) ?? []).toHaveLength(1);
    expect([result.exitCode, result.outputs]).toEqual([1, {}]);
    return { result, message: `${errorOf(result)}\n`, requests: service().requests.slice(before) };
  };
  afterEach(() => void Object.assign(service(), { job: usualJob, ageSeconds: 0, forged: false }));

  describe('without a secret, one clear message and no retry for', () => {
    test.each(failures)('$title', async ({ given = {}, inputs = {}, says }) => {
      Object.assign(service(), given);
      const { result, message, requests } = await asked(() => publish(inputs));
      for (const saying of says)
        expect(message).toEqual(
          typeof saying === 'string' ? expect.stringContaining(saying) : expect.stringMatching(saying),
        );
      expect(result.log).toMatch(/^::debug::Caused by: /m);
      const audience = inputs['audience'] ?? subject().platform.issuer;
      // Each request to the issuer has a new token, so this also counts those requests.
      expect(requests).toEqual([{ audience, status: 200 }]);
    });

    test.each([401, 403])('a token service that answers %d', async (status) => {
      service().fail({ status }, 1);
      const { message, requests } = await asked(() => publish());
      expect(message).toContain(`returned no OIDC token: it answered with ${status}\n`);
      expect(message).toContain(`'permissions: id-token: write'`);
      expect(requests).toHaveLength(1);
    });

    test('a missing permission: the two lines to add, and how to skip the step', async () => {
      const none = { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' };
      const { message, requests } = await asked(() => publish({}, none));
      expect(message).toMatch(/^Input client-secret: is missing, and the job cannot get an OIDC token/);
      expect(message).toContain('\n    permissions:\n      id-token: write\n');
      expect(message).toContain(`'if-no-credentials: skip'`);
      const reports = await asked(() =>
        publish({ comment: 'true', environment: 'preview', release: 'v1' }, none),
      );
      expect(reports.message).toContain(
        '\n    permissions:\n      contents: write\n      deployments: write\n      id-token: write\n      pull-requests: write\n',
      );
      expect([...requests, ...reports.requests]).toEqual([]);
    });
  });

  test('without a secret, the error names the URL of an unreachable token service', async () => {
    const url = 'http://127.0.0.1:49151/idtoken?api-version=2.0';
    const { message } = await asked(() => publish({}, { ACTIONS_ID_TOKEN_REQUEST_URL: url }));
    expect(message).toMatch(
      /^GitHub's token service http:\/\/127.0.0.1:49151 cannot be reached: it refuses the connection \(ECONNREFUSED\)\n/,
    );
  });

  test('without a secret, requests to a token service that closes connections are retried', async () => {
    service().fail('cut', 3);
    const before = service().requests.length;
    const run = await publish();
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    expect(service().requests.slice(before).length).toBeGreaterThanOrEqual(4);
  });

  test('without a secret, transient errors of the token service are retried', async () => {
    service().fail({ status: 503 }, 1);
    const before = service().requests.length;
    const run = await publish();
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    expect(service().requests[before]?.status).toBe(503);
    expect(service().requests[before + 1]?.status).toBe(200);
  });

  test('with neither secret nor identity token, `skip` skips each step that allows it', async () => {
    const none = { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' };
    const before = service().requests.length;
    for (const action of ['upload', 'download', 'links', 'remove'] as const) {
      const given = { 'if-no-credentials': 'skip', workspace: '', 'client-id': '' };
      const run = await runKeyless(subject(), action, given, { cwd: folderWith({}), env: none });
      expect([run.exitCode, errorOf(run), run.outputs]).toEqual([0, '', {}]);
      expect(run.log).toMatch(
        /^::notice title=No credentials::Skipped because of 'if-no-credentials: skip'/m,
      );
    }
    expect(service().requests).toHaveLength(before);
  });
}

/** The actions without a client secret: the job logs in with GitHub's identity token. */
export function keylessCases(subject: () => Subject): void {
  beforeEach(() => subject().platform.store.clear(buckets.outputs));

  describe('without a secret', () => {
    test('files are published, links open, and every token is masked', async () => {
      const { tokenService } = subject().platform;
      const before = new Set(tokenService.issued);
      const cwd = folderWith({ 'site/index.html': '<h1>Hello', 'site/b/c d.bin': randomBytes(20_000) });
      const run = await runKeyless(subject(), 'upload', { path: 'site', destination: 'k' }, { cwd });
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect((await storedFiles(subject().platform, '')).map(({ key }) => key)).toEqual([
        'ci/k/b/c d.bin',
        'ci/k/index.html',
      ]);
      expect(await (await fetch(run.outputs['url'] ?? '')).text()).toBe('<h1>Hello');
      expect(run.log).toContain(`Who: service-account-${branch.id}\n`);
      expect(run.summary).toContain('index.html');

      const issued = [...tokenService.issued].filter((token) => !before.has(token));
      expect(issued).toHaveLength(1);
      const bearer = tokenService.environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
      expect(run.masked).toEqual(expect.arrayContaining([bearer, ...issued]));
    });

    test('links are renewed, workspaces are listed, and files are deleted', async () => {
      const cwd = folderWith({ 'a.txt': 'a', 'b.txt': 'b' });
      const given = { destination: 'k' };
      await runKeyless(subject(), 'upload', { path: '.', ...given }, { cwd });
      const links = await runKeyless(subject(), 'links', given, { cwd });
      expect([links.exitCode, errorOf(links)]).toEqual([0, '']);
      const [first] = linksFileOf(links).files;
      expect(await (await fetch(first?.url ?? '')).text()).toBe('a');
      const looked = await runKeyless(subject(), 'workspaces', {}, { cwd });
      expect(looked.outputs['user']).toBe(`service-account-${branch.id}`);
      const removed = await runKeyless(subject(), 'remove', given, { cwd });
      expect([removed.exitCode, errorOf(removed)]).toEqual([0, '']);
      expect(await storedFiles(subject().platform, '')).toEqual([]);
    });

    test.each([
      ['a tag', tag],
      ['an environment', environment],
      ['a pull request', pullRequest],
      ['a repository with IDs in its subject', renamed],
    ])('the job of %s logs in as its own client app', async (_, app) => {
      const { tokenService } = subject().platform;
      tokenService.job = app.job;
      try {
        const given = { 'client-id': app.id };
        const run = await runKeyless(subject(), 'workspaces', given, { cwd: folderWith({}) });
        expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
        expect(run.outputs['user']).toBe(`service-account-${app.id}`);
      } finally {
        tokenService.job = usualJob;
      }
    });

    test('with a secret, no identity token is requested', async () => {
      const { tokenService } = subject().platform;
      const before = tokenService.requests.length;
      const run = await runSubject(
        subject(),
        'upload',
        { path: 'a.txt' },
        { cwd: folderWith({ 'a.txt': 'a' }), env: tokenService.environment },
      );
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(tokenService.requests).toHaveLength(before);
    });
  });
}

/** An upload that takes longer than the lifetime of its access tokens and sessions. */
export function keylessRenewalCases(
  subject: () => Subject,
  {
    tokenSeconds,
    sessionSeconds,
    uploadSeconds,
  }: { tokenSeconds: number; sessionSeconds: number; uploadSeconds: number },
): void {
  test(
    `without a secret, an upload of ${uploadSeconds} s outlives access tokens of ${tokenSeconds} s`,
    async () => {
      const { platform } = subject();
      const large = randomBytes(20 * MiB);
      const cwd = folderWith({ 'large.bin': large, 'small.txt': 'small' });
      const slow = await throttle(platform.storageUrl, (20 * MiB) / uploadSeconds);
      const before = platform.tokenService.requests.length;
      platform.terrapi.storageEndpoint = slow.url;
      platform.terrapi.sessionSeconds = sessionSeconds;
      try {
        const inputs = { path: '.', destination: 'slow', links: 'session' };
        const run = await runKeyless(subject(), 'upload', inputs, { cwd });
        expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
        expect(run.seconds).toBeGreaterThan(uploadSeconds * 0.8);
        const requests = platform.tokenService.requests.slice(before);
        expect(requests.length).toBeGreaterThan(1);
        expect(requests.filter(({ status }) => status !== 200)).toEqual([]);
        // As many as necessary, not one for each request to the platform.
        expect(requests.length).toBeLessThan(2 * (run.seconds / tokenSeconds) + 2);
        const link = linksFileOf(run).files.find(({ path }) => path === 'large.bin');
        const body = Buffer.from(await (await fetch(link?.url ?? '')).arrayBuffer());
        expect(body.equals(large)).toBe(true);
      } finally {
        platform.terrapi.storageEndpoint = undefined;
        platform.terrapi.sessionSeconds = 900;
        await slow.close();
      }
    },
    (uploadSeconds + 60) * 1000,
  );
}
