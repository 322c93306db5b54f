import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import { expect, test } from '@jest/globals';

import { person, platformScope, publicApp, workspaces } from '../../platform/catalogue.ts';
import type { Platform } from '../../platform/platform.ts';
import { folderWith } from '../support/folder.ts';
import { entryOf } from '../support/subject.ts';

/** Opens a page in a browser, and logs the person in. The result is the address and the text of the last page. */
export type Visit = (url: string) => Promise<{ readonly address: string; readonly text: string }>;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface StoredLogin {
  accessToken: string;
  accessFreshUntil: number;
  accessUsableUntil: number;
  refreshToken: string;
}

/** A person's machine, without credentials of a job. */
function machine({ issuer, apiUrl }: Platform) {
  const config = path.join(folderWith({}), 'config');
  const folder = path.join(config, 'upload-to-workspace');
  const { PATH = '', HOME = '' } = process.env;
  const env = {
    ...{ PATH, HOME, XDG_CONFIG_HOME: config, NODE_NO_WARNINGS: '1' },
    ...{ TERRAPI_ISSUER: issuer, TERRAPI_API_URL: apiUrl },
    ...{ TERRAPI_CLIENT_ID: publicApp.id, TERRAPI_PLATFORMS: platformScope },
  };
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [entryOf('src/main', 'cli'), ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const page = Promise.withResolvers<string>();
    let printed = '';
    child.stderr.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const [, url] = /^(http\S+)\n/m.exec(printed) ?? [];
      if (url !== undefined) page.resolve(url);
    });
    const ended = Promise.all([
      text(child.stdout),
      new Promise<number | null>((resolve) => child.once('close', resolve)),
    ]).then(([stdout, code]): Ended => {
      page.reject(new Error(`The command ended: ${printed}`));
      return { code, stdout, stderr: printed };
    });
    page.promise.catch(() => undefined);
    return { page: page.promise, ended };
  };
  const file = () => path.join(folder, readdirSync(folder).find((name) => name.endsWith('.json')) ?? 'none');
  const stored = () => JSON.parse(readFileSync(file(), 'utf8')) as StoredLogin;
  return { start, run: (...args: string[]) => start(...args).ended, folder, file, stored };
}

/** Logs in in the browser. */
async function logIn(computer: ReturnType<typeof machine>, visit: Visit, option: string) {
  const login = computer.start('login', option, '--verbose');
  const last = await visit(await login.page);
  return { last, ...(await login.ended) };
}

function refreshAt({ issuer }: Platform, refreshToken: string): Promise<Response> {
  return fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: publicApp.id,
      refresh_token: refreshToken,
    }),
  });
}

/** A person logs in, in both ways, and uses the login. */
export function loginCases(platform: () => Platform, visit: Visit): void {
  test('a person logs in with a code, uploads, and logs out; no token is printed', async () => {
    const computer = machine(platform());
    const login = await logIn(computer, visit, '--device');
    expect(login).toMatchObject({ code: 0, stdout: `${person.name}\n` });
    expect(login.stderr).toContain(`Logged in as ${person.name}, with client '${publicApp.id}'`);
    if (process.platform !== 'win32') expect(statSync(computer.file()).mode & 0o777).toBe(0o600);
    const first = computer.stored();

    const files = folderWith({ 'report.html': '<h1>From a person</h1>' });
    const upload = await computer.run(
      ...['upload', path.join(files, 'report.html'), '--verbose'],
      ...['--workspace', workspaces.main, '--destination', 'people/device'],
    );
    expect(upload).toMatchObject({ code: 0 });
    expect(await (await fetch(upload.stdout.trim())).text()).toBe('<h1>From a person</h1>');
    expect(computer.stored()).toEqual(first);

    writeFileSync(computer.file(), JSON.stringify({ ...first, accessFreshUntil: 0, accessUsableUntil: 0 }));
    const [one, two] = await Promise.all([
      computer.run('workspaces', '-v'),
      computer.run('workspaces', '-v'),
    ]);
    expect([one.code, two.code]).toEqual([0, 0]);
    const second = computer.stored();
    expect(second.accessToken).not.toBe(first.accessToken);
    expect(second.accessUsableUntil).toBeGreaterThan(Date.now());

    const logout = await computer.run('logout', '--verbose');
    expect(logout).toMatchObject({ code: 0, stderr: expect.stringContaining('has revoked the login') });
    expect(readdirSync(computer.folder)).toEqual([]);
    const refused = await refreshAt(platform(), second.refreshToken);
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'invalid_grant' }),
    ]);
    const after = await computer.run('workspaces');
    expect(after).toMatchObject({ code: 3, stderr: expect.stringContaining('upload-to-workspace login') });

    const printed = [login, upload, one, two, logout].map(({ stdout, stderr }) => stdout + stderr).join();
    for (const { accessToken, refreshToken } of [first, second])
      for (const token of [accessToken, refreshToken]) expect(printed).not.toContain(token);
  });

  test('a person logs in in the browser, which ends on a page without the code', async () => {
    const computer = machine(platform());
    const login = await logIn(computer, visit, '--no-browser');
    expect(login).toMatchObject({ code: 0, stdout: `${person.name}\n` });
    expect(login.last).toEqual({
      address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/done$/),
      text: expect.stringContaining('You are logged in'),
    });
    expect(await computer.run('workspaces')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(workspaces.main),
    });
  });

  test('a login that was ended elsewhere asks to log in again', async () => {
    const computer = machine(platform());
    await logIn(computer, visit, '--no-browser');
    const login = computer.stored();
    const revoked = await fetch(`${platform().issuer}/protocol/openid-connect/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: publicApp.id, token: login.refreshToken }),
    });
    expect(revoked.status).toBe(200);
    writeFileSync(computer.file(), JSON.stringify({ ...login, accessFreshUntil: 0, accessUsableUntil: 0 }));
    expect(await computer.run('workspaces')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/login-ended\n$/),
    });
  });
}
