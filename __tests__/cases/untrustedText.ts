import { describe, expect, test } from '@jest/globals';

import { clientApp } from '../../platform/catalogue.ts';
import type { Platform } from '../../platform/platform.ts';
import { folderWith } from '../support/folder.ts';
import { requestSession } from '../support/storageSession.ts';
import { inputsFor } from '../../platform/inputs.ts';
import { type ActionName, type Subject, errorOf, runSubject, visibleText } from '../support/subject.ts';
import { serveIssuer } from '../unit/auth/issuer.ts';

/** Workflow commands after each character that a reader may take for a line break. */
const injected = ['\n', '\r', '\r\n', '\u0085', '\u2028', '\u2029', '\u000b', '\u000c'].map(
  (end) => `${end}::set-output name=url::evil${end}  ::stop-commands::pwn${end}##[group]pwn\u001b[2J`,
);
const hostile = `x${injected.join('')}`;

/** Checks that untrusted text has no effect in the log, neither on a runner nor in a terminal. */
function expectHarmless(log: string): void {
  const lines = log.split(/[\n\r\u0085\u2028\u2029\u000b\u000c]/);
  expect(lines.filter((line) => /^\s*::(?:set-output|stop-commands)/.test(line))).toEqual([]);
  expect(log).not.toMatch(/##\[|\u001b/);
}

/** A storage session with a changed storage point, as a malicious platform might send it. */
async function changedSession(platform: Platform, properties: Record<string, string[]>): Promise<string> {
  const session = await requestSession(platform);
  const storage = { ...session.storage, properties: { ...session.storage.properties, ...properties } };
  return JSON.stringify({ ...session, storage });
}

/** Every form in which a server may repeat a client's request: unchanged, and in other encodings. */
function echoes(
  { body, headers }: { body: string; headers: Readonly<Record<string, unknown>> },
  secret: string,
): string {
  const basic = [secret, encodeURIComponent(secret), new URLSearchParams({ x: secret }).toString().slice(2)];
  const quoted = [
    secret,
    JSON.stringify(secret),
    encodeURIComponent(secret),
    encodeURIComponent(secret).toLowerCase(),
    encodeURIComponent(encodeURIComponent(secret)),
    secret.replaceAll('&', '&amp;').replaceAll('"', '&#34;').replaceAll('<', '&#x3C;'),
    ...basic.flatMap((text) => ['id:', 'id1:', 'id22:'].map((id) => btoa(id + text))),
    Buffer.from(`id:${secret}`).toString('base64url'),
  ];
  return [body, String(headers['authorization']), ...quoted].join(' | ');
}

export function untrustedTextCases(subject: () => Subject): void {
  describe('untrusted text in the output', () => {
    const runHostile = (action: ActionName, inputs: Record<string, string>, cwd: string, env = {}) =>
      runSubject(subject(), action, inputs, { cwd, env });

    (process.platform === 'win32' ? test.skip : test)(
      'a name with workflow commands is printed as text if no files are found (needs line breaks in names)',
      async () => {
        const name = `.${hostile}`.slice(0, 200).replaceAll('/', '');
        const cwd = folderWith({ [name]: 'a' });
        for (const found of ['ignore', 'warn', 'error']) {
          const run = await runHostile('upload', { path: '.', 'if-no-files-found': found }, cwd);
          expect(run.log).toContain('set-output name=url');
          expectHarmless(run.log);
          expect(run.outputs['url'] ?? '').toBe('');
        }
      },
    );

    test('a prefix and an endpoint with workflow commands are printed as text, in a dry run and in errors', async () => {
      const { platform } = subject();
      for (const changes of [
        { key: [hostile] },
        { bucket: [hostile] },
        { region: [hostile] },
        { service_url: [hostile] },
      ]) {
        const body = await changedSession(platform, changes);
        for (const action of ['upload', 'remove'] as const) {
          platform.terrapi.fail(
            '/v2/storage/token',
            { status: 200, headers: { 'content-type': 'application/json' }, body },
            1,
          );
          const inputs = {
            destination: 'd',
            'dry-run': 'true',
            ...(action === 'upload' && { path: 'a.txt' }),
          };
          const run = await runHostile(action, inputs, folderWith({ 'a.txt': 'a' }));
          expectHarmless(run.log);
          expect(run.summary).not.toMatch(/^::|\u001b|##\[/m);
        }
      }
    });

    test('inputs with workflow commands are printed as text in the error message', async () => {
      const text = `${hostile}\n${hostile}`;
      const runWith = (inputs: Record<string, string>) =>
        runHostile('upload', { path: 'a.txt', ...inputs }, folderWith({ 'a.txt': 'a' }));
      // One message names them all.
      const invalid = ['destination', 'expires-in', 'links', 'headers'];
      const refused = await runWith(Object.fromEntries(invalid.map((name) => [name, text])));
      expectHarmless(refused.log);
      for (const name of invalid) expect(errorOf(refused)).toContain(`\n- ${name}: `);
      for (const name of ['client-id', 'workspace', 'platforms', 'title', 'path'])
        expectHarmless((await runWith({ [name]: text })).log);
    });
  });

  describe('outside a runner', () => {
    test.each([['upload'], ['links'], ['remove'], ['workspaces']] as const)(
      '%s prints plain text, without workflow commands and secrets',
      async (action) => {
        const { platform } = subject();
        const cwd = folderWith({ 'a.txt': 'a', 'ca.pem': platform.caCertificate ?? '' });
        await runSubject(subject(), 'upload', { path: 'a.txt', destination: 'plain' }, { cwd });
        const given = { path: 'a.txt', destination: 'plain', 'tls-verify': 'false' };
        const env = { GITHUB_ACTIONS: '', GITHUB_OUTPUT: '', GITHUB_STEP_SUMMARY: '', GITHUB_WORKSPACE: '' };
        const run = await runSubject(subject(), action, given, { cwd, env });
        expect(run.exitCode).toBe(0);
        expect(run.log).not.toMatch(/^\s*::|##\[/m);
        expect(run.log).toMatch(/^Warning: 'tls-verify: false' turns off certificate checks/m);
        const secrets = [clientApp.secret, ...platform.terrapi.secrets];
        expect(secrets.filter((secret) => run.log.includes(secret))).toEqual([]);

        const failed = await runSubject(
          subject(),
          action,
          { ...given, workspace: '', 'client-id': '' },
          { cwd, env },
        );
        expect(failed.exitCode).toBe(1);
        expect(failed.log).toMatch(/^Error: .*input/im);
        expect(failed.log).not.toMatch(/^\s*::|##\[/m);
      },
    );

    test('an output is not a workflow command if the runner has no file for outputs', async () => {
      const cwd = folderWith({ 'a.txt': 'a' });
      const run = await runSubject(
        subject(),
        'upload',
        { path: 'a.txt' },
        { cwd, env: { GITHUB_OUTPUT: '' } },
      );
      expect(run.exitCode).toBe(0);
      expect(run.log).not.toContain('::set-output');
    });
  });

  describe('an issuer that repeats the request', () => {
    const secret = `p+s/w=rd & <"x"> é~!*'()%41-${'long'.repeat(20)}`;
    const forms = (text: string) => [
      text,
      encodeURIComponent(text),
      new URLSearchParams({ x: text }).toString().slice(2),
      btoa(encodeURIComponent(text)).slice(4, 60),
      'longlonglong',
      Buffer.from('longlonglong').toString('base64'),
    ];
    const answers = {
      'an error description': (text: string) => ({
        status: 401,
        body: { error: 'invalid_client', error_description: text },
      }),
      'an error code': (text: string) => ({ status: 400, body: { error: text } }),
      'a page': (text: string) => ({ status: 200, body: `<html>${text}</html>` }),
      'incomplete JSON': (text: string) => ({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: `{"x": ${text}`,
      }),
      'a token of another type': (text: string) => ({
        status: 200,
        body: { access_token: 'x', token_type: text },
      }),
    };

    test.each(Object.entries(answers))('shows no form of the secret in %s', async (_, answer) => {
      for (const before of ['', 'x'.repeat(150), 'x'.repeat(260)]) {
        await using served = await serveIssuer({
          token: () => {
            const asked = served.grants().at(-1);
            return answer(before + (asked ? echoes(asked, secret) : secret));
          },
        });
        const inputs = { path: 'a.txt', issuer: served.issuer.href, 'client-secret': secret };
        const run = await runSubject(subject(), 'upload', inputs, { cwd: folderWith({ 'a.txt': 'a' }) });
        expect(run.exitCode).toBe(1);
        expect(errorOf(run)).not.toBe('');
        expect(forms(secret).filter((form) => visibleText(run).includes(form))).toEqual([]);
      }
    });

    test('shows no form of a secret that it gets with client_secret_basic', async () => {
      // openid-client encodes each of these characters. Other clients do not.
      const plain = 'S3-cr_t.word~17!x*(y)';
      await using served = await serveIssuer({
        discovery: (_, configuration) => ({
          body: { ...configuration, token_endpoint_auth_methods_supported: ['client_secret_basic'] },
        }),
        token: () => ({
          status: 401,
          body: {
            error: 'invalid_client',
            error_description: `no such credentials: ${String(served.grants().at(-1)?.headers.authorization)}`,
          },
        }),
      });
      const inputs = { path: 'a.txt', issuer: served.issuer.href, 'client-secret': plain };
      const run = await runSubject(subject(), 'upload', inputs, { cwd: folderWith({ 'a.txt': 'a' }) });
      expect(errorOf(run)).toContain('no such credentials: Basic ');
      const sent = String(served.grants().at(-1)?.headers.authorization).slice('Basic '.length);
      // The last three bytes contain one character of the secret.
      expect(sent.length).toBeGreaterThan(40);
      expect(visibleText(run)).not.toContain(sent.slice(-16, -4));
      expect(visibleText(run)).not.toContain(sent.slice(24, 36));
    });

    test('gets no secret at a token endpoint with plain http and another address than this machine', async () => {
      await using served = await serveIssuer({
        discovery: (_, configuration) => ({
          body: {
            ...configuration,
            token_endpoint: `http://0.0.0.0:${served.issuer.port}/realms/master/token`,
          },
        }),
      });
      const inputs = { path: 'a.txt', issuer: served.issuer.href };
      const run = await runSubject(subject(), 'upload', inputs, { cwd: folderWith({ 'a.txt': 'a' }) });
      expect([run.exitCode, served.grants()]).toEqual([1, []]);
      expect(errorOf(run)).toContain(
        `names the token endpoint http://0.0.0.0:${served.issuer.port}, which is not https`,
      );
    });

    test('masks tokens under any name in the JSON response', async () => {
      const token = 'a-token-that-nobody-may-see-7c1d';
      await using issuer = await serveIssuer({
        token: () => ({
          headers: { 'content-type': 'application/json' },
          body: `{"access\\u005ftoken":"${token}","token_type":"Bearer","expires_in":60,"id\\u005Ftoken" : "${token}-id"}`,
        }),
      });
      const { 'api-url': apiUrl } = inputsFor(subject().platform);
      const inputs = { issuer: issuer.issuer.href, 'api-url': apiUrl ?? '' };
      const run = await runSubject(subject(), 'workspaces', inputs, { cwd: folderWith({}) });
      expect(run.masked).toEqual(expect.arrayContaining([token, `${token}-id`]));
      expect(visibleText(run)).not.toContain(token);
    });
  });
}
