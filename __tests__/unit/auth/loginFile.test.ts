import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';

import { expect, test } from '@jest/globals';

import { type Login, loginFile } from '../../../src/auth/loginFile.ts';
import { hasLogins } from '../../../src/auth/loginNames.ts';
import { folderWith } from '../../support/folder.ts';
import { rejectionOf } from '../failure.ts';

const key = { issuer: new URL('https://iam.example.org/realms/master'), clientId: 'people' };
const login: Login = {
  issuer: key.issuer.href,
  clientId: key.clientId,
  user: 'alice',
  scope: ['openid'],
  accessToken: 'access-1',
  accessFreshUntil: 1,
  accessUsableUntil: 2,
  refreshToken: 'refresh-1',
  refreshExpiresAt: null,
};

const newFolder = () => path.join(folderWith({}), 'config', 'upload-to-workspace');
const modeOf = (file: string) => statSync(file).mode & 0o777;
/** Windows has access lists instead of modes, and no named pipes. */
const isWindows = process.platform === 'win32';
const testPosix = isWindows ? test.skip : test;

test('a login is read as it was written, from a file and a folder that only the user can access', async () => {
  const folder = newFolder();
  const file = loginFile(folder, key);
  expect(await file.read()).toBeUndefined();
  expect(hasLogins(folder)).toBe(false);
  await file.write(login);
  expect(await file.read()).toEqual(login);
  expect(hasLogins(folder)).toBe(true);
  if (!isWindows) expect([modeOf(file.path), modeOf(folder)]).toEqual([0o600, 0o700]);
  await file.write({ ...login, accessToken: 'access-2' });
  expect((await file.read())?.accessToken).toBe('access-2');
  expect(readdirSync(folder)).toEqual([path.basename(file.path)]);
  await file.remove();
  expect(await file.read()).toBeUndefined();
});

test('clients and issuers have different files', () => {
  const names = [
    key,
    { ...key, clientId: 'others' },
    { ...key, issuer: new URL('https://iam.example.org/realms/other') },
  ].map((one) => loginFile('/config', one).path);
  expect(new Set(names).size).toBe(3);
});

testPosix('a folder that others can access is closed to them (needs modes)', async () => {
  const folder = newFolder();
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  chmodSync(folder, 0o755);
  await loginFile(folder, key).write(login);
  expect(modeOf(folder)).toBe(0o700);
});

test('a symbolic link in place of the file is neither read nor followed', async () => {
  const folder = newFolder();
  const file = loginFile(folder, key);
  await file.write(login);
  const target = path.join(folderWith({ 'target.json': JSON.stringify(login) }), 'target.json');
  chmodSync(target, 0o600);
  await file.remove();
  symlinkSync(target, file.path);
  const error = await rejectionOf(file.read());
  expect([error.code, error.message]).toEqual(['login-file', expect.stringContaining('symbolic link')]);
  await file.write({ ...login, accessToken: 'access-2' });
  expect(lstatSync(file.path).isFile()).toBe(true);
  expect(readFileSync(target, 'utf8')).not.toContain('access-2');
});

test('a symbolic link in place of the folder is refused', async () => {
  const folder = newFolder();
  mkdirSync(path.dirname(folder), { recursive: true });
  symlinkSync(folderWith({}), folder);
  const error = await rejectionOf(loginFile(folder, key).write(login));
  expect([error.code, error.message]).toEqual(['login-file', expect.stringContaining('symbolic link')]);
});

test.each([
  // Windows has no modes.
  ...(isWindows ? [] : [['other users can access it', (file: string) => chmodSync(file, 0o640)] as const]),
  ['it is damaged', (file: string) => writeFileSync(file, '{"accessToken": "access-1"')],
  ['it is damaged', (file: string) => writeFileSync(file, '{"accessToken": "access-1"}')],
])('a file is refused because %s', async (reason, change) => {
  const file = loginFile(newFolder(), key);
  await file.write(login);
  change(file.path);
  const error = await rejectionOf(file.read());
  expect([error.code, error.message]).toEqual(['login-file', expect.stringContaining(reason)]);
  expect(`${error.message}${error.hint ?? ''}`).not.toContain('access-1');
});

test('a file that others can access is read to revoke its tokens', async () => {
  const file = loginFile(newFolder(), key);
  await file.write(login);
  chmodSync(file.path, 0o644);
  expect(await file.read('shared')).toEqual(login);
});

testPosix('a pipe in place of the file is refused, and not waited for (needs mkfifo)', async () => {
  const folder = newFolder();
  const file = loginFile(folder, key);
  mkdirSync(folder, { recursive: true });
  expect(spawnSync('mkfifo', ['-m', '600', file.path]).status).toBe(0);
  expect((await rejectionOf(file.read())).message).toContain('it is not a file');
});

test('work under the lock of a login takes turns', async () => {
  const folder = newFolder();
  let running = 0;
  const turns = Array.from({ length: 8 }, (_, number) =>
    loginFile(folder, key).locked(async () => {
      running += 1;
      expect(running).toBe(1);
      await loginFile(folder, key).write({ ...login, user: `user ${number}` });
      expect(running).toBe(1);
      running -= 1;
      return number;
    }, {}),
  );
  expect(await Promise.all(turns)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(readdirSync(folder).filter((name) => name.includes('lock'))).toEqual([]);
});

test('a failure under the lock releases it', async () => {
  const file = loginFile(newFolder(), key);
  await expect(file.locked(() => Promise.reject(new Error('no')), {})).rejects.toThrow('no');
  expect(await file.locked(() => Promise.resolve('yes'), {})).toBe('yes');
});

/** The lock of another process. */
function otherLock(file: string, pid: number, host = hostname(), ageMs = 0): string {
  mkdirSync(path.dirname(file), { recursive: true });
  const content = `${pid} ${host} ${randomUUID()}`;
  writeFileSync(`${file}.lock`, content);
  const time = new Date(Date.now() - ageMs);
  utimesSync(`${file}.lock`, time, time);
  return content;
}

test('the lock of a process that has ended is removed', async () => {
  const file = loginFile(newFolder(), key);
  const { pid } = spawnSync(process.execPath, ['--version']);
  otherLock(file.path, pid);
  expect(await file.locked(() => Promise.resolve('mine'), {})).toBe('mine');
});

test('the lock of another machine is removed after some time without a sign of life', async () => {
  const file = loginFile(newFolder(), key);
  otherLock(file.path, process.pid, 'another-machine', 3_600_000);
  expect(await file.locked(() => Promise.resolve('mine'), {})).toBe('mine');
});

test('the lock of a running process stays, and a signal ends the wait', async () => {
  const file = loginFile(newFolder(), key);
  const content = otherLock(file.path, process.pid);
  const controller = new AbortController();
  const waiting = file.locked(() => Promise.resolve('mine'), { signal: controller.signal });
  controller.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  expect(readFileSync(`${file.path}.lock`, 'utf8')).toBe(content);
});

test('a folder that cannot be made is reported with its path', async () => {
  const folder = path.join(folderWith({ file: 'x' }), 'file', 'upload-to-workspace');
  const error = await rejectionOf(loginFile(folder, key).locked(() => Promise.resolve(), {}));
  expect([error.code, error.message]).toEqual(['login-file', expect.stringContaining(folder)]);
});
