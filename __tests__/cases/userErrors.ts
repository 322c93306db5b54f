import { describe, expect, test } from '@jest/globals';

import { clientApp, outsiderApp, sharedFolders, workspaces } from '../../platform/catalogue.ts';
import { folderWith } from '../support/folder.ts';
import { type Subject, errorOf, runSubject, visibleText } from '../support/subject.ts';

interface UserError {
  readonly title: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Required contents of the message: the value, what is expected, and what to do. */
  readonly says: readonly (string | RegExp)[];
}

const wrongSecret = 'not-the-secret-of-that-client-1f9e';

const userErrors: readonly UserError[] = [
  {
    title: 'a wrong client secret',
    inputs: { 'client-secret': wrongSecret },
    says: [/^Issuer http.* rejects client app 'ci-publisher' \(401 /, `'client-id' and 'client-secret'`],
  },
  {
    title: 'an unknown client app',
    inputs: { 'client-id': 'nobody' },
    says: [/rejects client app 'nobody'/, `'client-id'`],
  },
  {
    title: 'an unknown issuer',
    inputs: { issuer: '{issuer}/elsewhere' },
    says: [/^Issuer http.*\/elsewhere is not an OpenID Connect issuer: .*404/, `input 'issuer'`],
  },
  {
    title: 'a URL that is not TerrAPI',
    inputs: { 'api-url': '{issuer}' },
    says: [/^TerrAPI answered GET .* with \d{3}/, `'api-url'`],
  },
  {
    title: 'a misspelt workspace',
    inputs: { workspace: 'gep-biuld-outputs-service-workspace' },
    says: [
      /^There is no workspace 'gep-biuld-outputs-service-workspace' for this client app \(requested platforms: gep\)/,
      new RegExp(`nearest first.*\\n- ${workspaces.main}\\n`),
      `- ${sharedFolders.atlas}`,
    ],
  },
  {
    title: 'a workspace without the scope of its platform',
    inputs: { platforms: '' },
    says: [/this client app has no workspaces \(requested platforms: none\)/, `Set input 'platforms'`],
  },
  {
    title: 'a client app without workspaces',
    inputs: { 'client-id': outsiderApp.id, 'client-secret': outsiderApp.secret },
    says: [/^There is no workspace/, /ask for access/],
  },
  {
    title: 'an unknown platform',
    inputs: { platforms: 'gep no-such-platform' },
    says: [/may not use the requested scopes/, /platforms: gep, no-such-platform/, `'platforms' and 'scope'`],
  },
  {
    title: 'a forbidden workspace',
    inputs: { workspace: workspaces.forbidden },
    says: [
      `Workspace '${workspaces.forbidden}' exists, but this client app may not write to it`,
      /Ask the owner/,
    ],
  },
  {
    title: 'a workspace that is not S3',
    inputs: { workspace: workspaces.ftp },
    says: [`Workspace '${workspaces.ftp}' is stored on 'ftp'`, /uploads only to s3/],
  },
  {
    title: 'a workspace that is not initialized',
    inputs: { workspace: workspaces.uninitialized },
    says: [`Workspace '${workspaces.uninitialized}' is not initialized yet`],
  },
  {
    title: 'a workspace in status ERROR',
    inputs: { workspace: workspaces.broken },
    says: [`Workspace '${workspaces.broken}' is not usable: status ERROR: `],
  },
  {
    title: 'no files',
    inputs: { path: 'no-such-folder\nreports/**/*.xml' },
    says: [
      /^No files were found for 'path' \(no-such-folder, reports\/\*\*\/\*\.xml\)/,
      `'if-no-files-found: warn'`,
    ],
  },
  {
    title: 'an invalid expires-in',
    inputs: { 'expires-in': '15 minutes' },
    says: [/^Input expires-in: got '15 minutes', expected a time such as '15m', '12h' or '7d'/],
  },
  {
    title: 'a plain http URL',
    inputs: { 'api-url': 'http://api.example.org/core' },
    says: [/^Input api-url: got 'http:\/\/api.example.org\/core', expected an https URL/],
  },
  {
    title: 'several invalid inputs',
    inputs: {
      workspace: '',
      destination: 'a/../b',
      concurrency: 'many',
      'tls-verify': 'no',
      symlinks: 'maybe',
      'client-secret': '',
    },
    says: [
      /^6 invalid inputs\n/,
      '- client-secret: is missing',
      `- tls-verify: got 'no', expected 'true' or 'false'`,
      '- workspace: is missing',
      `- destination: got 'a/../b', expected a folder`,
      `- symlinks: got 'maybe', expected one of 'inside', 'follow', 'skip'`,
      `- concurrency: got 'many', expected a whole number from 1 to 256`,
    ],
  },
];

/** Servers that cannot be reached. */
const unreachable: readonly UserError[] = [
  {
    title: 'an unreachable issuer',
    inputs: { issuer: 'http://127.0.0.1:49151/realms/master' },
    says: [
      /^Issuer http:\/\/127.0.0.1:49151 cannot be reached: it refuses the connection \(ECONNREFUSED\)/,
      `input 'issuer'`,
      'HTTPS_PROXY',
    ],
  },
  {
    title: 'an unknown host name',
    inputs: { issuer: 'https://iam.invalid/realms/master' },
    says: [/^Issuer https:\/\/iam.invalid cannot be reached: its name cannot be resolved/, `input 'issuer'`],
  },
  {
    title: 'an unreachable TerrAPI',
    inputs: { 'api-url': 'http://127.0.0.1:49151/core' },
    says: [/^TerrAPI http:\/\/127.0.0.1:49151 cannot be reached/, `input 'api-url'`],
  },
];

/** Seconds that a run with a mistake may take. On an idle machine it takes one; the rest is for a busy one. A retry takes 90 s. */
const mistakeSeconds = 25;

async function expectError(subject: Subject, { title, inputs, says }: UserError): Promise<void> {
  const { platform } = subject;
  const cwd = folderWith({ 'dist/a.txt': 'a' });
  const given = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, value.replace('{issuer}', platform.issuer)]),
  );
  const run = await runSubject(subject, 'upload', { path: 'dist', ...given }, { cwd });
  expect([title, run.exitCode]).toEqual([title, 1]);
  expect(run.log.match(/^::error/gm)).toHaveLength(1);
  for (const saying of says)
    expect(errorOf(run)).toEqual(
      typeof saying === 'string' ? expect.stringContaining(saying) : expect.stringMatching(saying),
    );
  expect(run.seconds).toBeLessThan(mistakeSeconds);
  const seen = visibleText(run);
  const secrets = [clientApp.secret, outsiderApp.secret, wrongSecret, ...platform.terrapi.secrets];
  expect(secrets.filter((secret) => seen.includes(secret))).toEqual([]);
  expect(run.outputs).toEqual({});
}

/** Mistakes of users. Each causes one clear message without a secret, quickly, and nothing is written. */
export function userErrorCases(subject: () => Subject): void {
  describe('a mistake causes one clear message', () => {
    test.each(userErrors)('$title', (mistake) => expectError(subject(), mistake));

    // Each of them is tried for 7 s, so they run at once.
    test(unreachable.map(({ title }) => title).join(', '), async () => {
      await Promise.all(unreachable.map((mistake) => expectError(subject(), mistake)));
    });

    test('no files: a warning or nothing, as if-no-files-found says', async () => {
      const cwd = folderWith({ 'a.txt': 'a' });
      const warn = await runSubject(
        subject(),
        'upload',
        { path: 'b*', 'if-no-files-found': 'warn' },
        { cwd },
      );
      expect(warn.exitCode).toBe(0);
      expect(warn.log).toMatch(/^::warning::No files were found for 'path' \(b\*\)/m);
      expect(warn.outputs['file-count']).toBe('0');
      const ignore = await runSubject(
        subject(),
        'upload',
        { path: 'b*', 'if-no-files-found': 'ignore' },
        { cwd },
      );
      expect(ignore.exitCode).toBe(0);
      expect(ignore.log).not.toContain('::warning');
    });
  });
}
