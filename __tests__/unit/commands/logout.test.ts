import { chmodSync, existsSync, writeFileSync } from 'node:fs';

import { expect, test } from '@jest/globals';

import { run } from '../../../src/commands/logout.ts';
import type { Issuer } from '../auth/issuer.ts';
import { servePeople, storedLogin } from '../auth/people.ts';
import type { Answer } from '../servers.ts';
import { plainHost } from './plainHost.ts';

const revoked: Answer = { status: 200 };

function serveRevocation(answer: Answer, endpoints?: object) {
  return servePeople({ other: (asked) => (asked === '/revoke' ? answer : { status: 404 }) }, endpoints);
}

/** Logs out with a stored login, after `change` has changed its file. */
async function logOut(issuer: Issuer, change: (file: string) => void = () => undefined) {
  const { folder, file } = await storedLogin(issuer, 0);
  change(file.path);
  const inputs = { 'client-id': 'people', issuer: issuer.issuer.href };
  const { host, record } = plainHost(undefined, folder, inputs);
  await run({ ...host, loginFolder: folder });
  const sent = issuer.asked.filter((asked) => asked.path.endsWith('/revoke'));
  const tokens = sent.map(({ body }) => new URLSearchParams(body).get('token'));
  return { ...record, tokens, isRemoved: !existsSync(file.path) };
}

test('logout removes the login and revokes its refresh token', async () => {
  await using issuer = await serveRevocation(revoked);
  const { failure, lines, tokens, isRemoved } = await logOut(issuer);
  expect([failure, tokens, isRemoved]).toEqual([undefined, ['refresh-0'], true]);
  expect(lines).toContain('info: The issuer has revoked the login.');
});

test('a login that other users could read is revoked as well', async () => {
  await using issuer = await serveRevocation(revoked);
  const { tokens, isRemoved } = await logOut(issuer, (file) => chmodSync(file, 0o644));
  expect([tokens, isRemoved]).toEqual([['refresh-0'], true]);
});

test.each([
  ['the issuer refuses', { status: 400, body: { error: 'unsupported_token_type' } }, {}],
  ['the issuer has no revocation endpoint', revoked, { revocation_endpoint: undefined }],
])('the login is removed with a warning if %s', async (_, answer, endpoints) => {
  await using issuer = await serveRevocation(answer, endpoints);
  const { failure, lines, isRemoved } = await logOut(issuer);
  expect([failure, isRemoved]).toEqual([undefined, true]);
  expect(lines.filter((line) => line.startsWith('warning:'))).toEqual([
    expect.stringContaining('was not revoked'),
  ]);
  expect(lines.join()).not.toContain('refresh-0');
});

test('a damaged file is removed with a warning', async () => {
  await using issuer = await serveRevocation(revoked);
  const { lines, tokens, isRemoved } = await logOut(issuer, (file) => writeFileSync(file, '{'));
  expect([tokens, isRemoved]).toEqual([[], true]);
  expect(lines.join()).toContain('it is damaged');
});
