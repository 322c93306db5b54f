import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { keylessApps } from '../../platform/catalogue.ts';
import type { Platform } from '../../platform/platform.ts';
import { requestToken } from '../../platform/real/administration.ts';
import { cacheFolder } from '../../platform/real/cache.ts';
import { type Identity, findIdentity } from '../../platform/real/sharedKeycloak.ts';
import { startRealPlatform } from '../../platform/real/index.ts';
import { type InstalledParts, installParts } from '../../platform/real/programs.ts';
import { type Job, subjectOf } from '../../platform/tokens/job.ts';
import { folderWith } from '../support/folder.ts';
import { type Subject, errorOf, runSubject } from '../support/subject.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/keyless.md'), 'utf8');
const recipe = /<!-- kcadm -->\s*```sh\n(.*?)```/s.exec(page)?.[1] ?? '';
const [variables = '', login = '', ...steps] = recipe.split(/\n+/);
const begin = steps.indexOf('# For each client app');
const [once, each] = [steps.slice(0, begin).join('\n'), steps.slice(begin).join('\n')];

const job: Job = { repository: 'acme/site', ref: 'refs/heads/main', event: 'push' };
/** A client app for each subject in the recipe's table, with an ID of the platform. */
const apps: readonly { readonly id: string; readonly job: Job }[] = [
  { id: keylessApps.branch.id, job },
  { id: keylessApps.tag.id, job: { ...job, ref: 'refs/tags/v1.2.3' } },
  { id: keylessApps.environment.id, job: { ...job, environment: 'release' } },
  {
    id: keylessApps.pullRequest.id,
    job: { ...job, ref: 'refs/pull/7/merge', event: 'pull_request' },
  },
];
const secret = 'the-secret-of-before-5d0c';
const words = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

let parts: InstalledParts;
let identity: Identity;
let platform: Platform;
let home: string;

/** Creates a realm in which the recipe's client apps have secrets, and no identity tokens are accepted. */
beforeAll(async () => {
  parts = await installParts(cacheFolder(process.env), process.env, () => undefined);
  identity = await findIdentity(parts, process.env);
  platform = await startRealPlatform({ accessTokenSeconds: 3599 });
  home = mkdtempSync(path.join(tmpdir(), 'kcadm-'));
  const token = await requestToken(`${identity.url}/realms/master`, identity.administrator);
  const call = async (method: string, below: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${identity.url}/admin/realms/${realm()}${below}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${below}: ${answer.status} ${await answer.text()}`);
    return method === 'GET' ? answer.json() : undefined;
  };
  await call('DELETE', '/identity-provider/instances/github-actions');
  for (const { id } of apps) {
    const [client] = (await call('GET', `/clients?clientId=${id}`)) as { id: string; attributes: object }[];
    if (!client) throw new Error(`Unknown client: ${id}`);
    const attributes = { ...client.attributes, 'jwt.credential.issuer': '', 'jwt.credential.sub': '' };
    const before = { ...client, attributes, secret, clientAuthenticatorType: 'client-secret' };
    await call('PUT', `/clients/${client.id}`, { ...before, serviceAccountsEnabled: false });
  }
});

afterAll(async () => {
  await platform.stop();
  await identity.stop();
  rmSync(home, { recursive: true });
});

const realm = () => platform.issuer.split('/').at(-1) ?? '';

/** Runs a part of the recipe with bash and Keycloak's program, with other names and URLs. */
function runRecipe(part: string, names: Readonly<Record<string, string>>): void {
  const { id, secret: password } = identity.administrator;
  const given = { server: identity.url, realm: realm(), github: identity.authority.issuer, ...names };
  const settings = Object.entries(given).map(([name, value]) => `${name}=${words(value)}`);
  const logIn = login.replace(/--user admin$/, `--client ${words(id)} --secret ${words(password)}`);
  const script = ['set -euo pipefail', ...settings, logIn, part.replace(/^client=.*$/m, '')].join('\n');
  const { status, stderr } = spawnSync('bash', ['-c', script], {
    encoding: 'utf8',
    env: {
      PATH: [path.join(parts.keycloak, 'bin'), process.env['PATH']].join(path.delimiter),
      HOME: home,
      JAVA_HOME: parts.java,
    },
  });
  if (status !== 0) throw new Error(`The recipe ended with ${String(status)}:\n${stderr}`);
}

describe(`the recipe for Keycloak in docs/keyless.md`, () => {
  const subject = (): Subject => ({ platform, entries: 'dist' });
  const publishAs = ({ id, job: from }: (typeof apps)[number], given: Readonly<Record<string, string>>) => {
    platform.tokenService.job = from;
    return runSubject(
      subject(),
      'upload',
      { path: 'a.txt', destination: id, 'client-id': id, 'client-secret': '', ...given },
      { cwd: folderWith({ 'a.txt': id }), env: platform.tokenService.environment },
    );
  };

  test('has variables, login, a part for the realm, and a part for each client app', () => {
    expect(variables).toContain('github=https://token.actions.githubusercontent.com');
    expect(login).toMatch(/^kcadm\.sh config credentials .*--user admin$/);
    expect(once).toContain('identity-provider/instances');
    expect(each).toMatch(/^client=\S+ subject=repo:acme\/site:ref:refs\/heads\/main$/m);
    for (const app of apps) expect(page).toContain(`| \`${subjectOf(app.job)}\` `);
  });

  test('lets jobs of each subject log in, and disables login with the secret', async () => {
    const [first] = apps;
    if (!first) throw new Error('no apps');
    expect(errorOf(await publishAs(first, {}))).toContain('rejects the OIDC token');
    runRecipe(once, {});
    for (const app of apps) runRecipe(each, { client: app.id, subject: subjectOf(app.job) });
    for (const app of apps) {
      const run = await publishAs(app, {});
      expect([app.id, run.exitCode, errorOf(run)]).toEqual([app.id, 0, '']);
      expect(await (await fetch(run.outputs['url'] ?? '')).text()).toBe(app.id);
    }
    expect(errorOf(await publishAs(first, { 'client-secret': secret }))).toContain('rejects client app');
  });
});
