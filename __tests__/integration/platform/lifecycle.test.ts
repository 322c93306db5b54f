import { execFile, spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { get as secureGet } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { clientApp, workspaces } from '../../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import { bucket, clientOf, openSession } from './platformClient.ts';

const folder = join(tmpdir(), `platform-test-${randomUUID()}`);
beforeAll(() => mkdirSync(folder));
afterAll(() => rmSync(folder, { recursive: true }));

test.each(['self-signed', 'private-ca'] as const)(
  'over TLS (%s) clients that trust the certificate trust all three parts',
  async (tls) => {
    const platform = await startEmbeddedPlatform({ tls });
    try {
      const { caCertificate } = platform;
      for (const url of [
        `${platform.issuer}/.well-known/openid-configuration`,
        `${platform.apiUrl}/v2/storage/workspaces`,
        platform.storageUrl,
      ]) {
        expect(url).toMatch(/^https:\/\/localhost:/);
        expect(await statusOf(url, caCertificate)).toBeGreaterThanOrEqual(200);
        await expect(statusOf(url, undefined)).rejects.toThrow(/certificate/);
      }
    } finally {
      await platform.stop();
    }
  },
);

test('an error names a port that is in use, and no server stays up', async () => {
  const platform = await startEmbeddedPlatform();
  const taken = Number(new URL(platform.issuer).port);
  await expect(startEmbeddedPlatform({ port: taken })).rejects.toThrow(String(taken));
  await platform.stop();
});

test('npm run platform prints how to use the platform, and Ctrl+C leaves nothing behind', async () => {
  const command = start(['--session-seconds', '60']);
  const said = await outputUntil(command, 'v2/storage/download');
  expect(said).toContain(clientApp.secret);
  expect(said).toContain(workspaces.main);
  const [issuer, apiUrl, storageUrl] = ['issuer', 'api-url', 'storage'].map(
    (name) => new RegExp(`^${name} +(\\S+)$`, 'm').exec(said)?.[1] ?? '',
  ) as [string, string, string];
  const client = clientOf({ storageUrl }, await openSession({ issuer, apiUrl }));
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'ci/x', Body: Buffer.alloc(100_000) }));
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^embedded-platform-/)]);
  command.kill('SIGINT');
  const code = await new Promise((resolve) => command.once('exit', resolve));
  expect(code).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
  await expect(fetch(storageUrl)).rejects.toThrow();
});

test.each([
  [['nonsense'], /Unknown platform "nonsense": use embedded or real/],
  [['--tls', 'maybe'], /Invalid --tls "maybe": use none, self-signed, private-ca/],
  [['--port', '0'], /Invalid --port "0": use a whole number from 1 to 65532/],
  [['--session-seconds', 'long'], /Invalid --session-seconds "long": use a whole number/],
  [['embedded', 'real'], /Too many arguments: "real"/],
])('npm run platform rejects %j and says why', async (args, message) => {
  const command = start(args);
  const [complaint, code] = await Promise.all([
    text(command.stderr),
    new Promise((resolve) => command.once('exit', resolve)),
  ]);
  expect(complaint).toMatch(message);
  expect(complaint).toContain('Usage:');
  expect(code).toBe(2);
});

test.each(['none', 'private-ca'])(
  'npm run platform --tls %s prints a command that runs the action',
  async (tls) => {
    const command = start(['--tls', tls]);
    const said = await outputUntil(command, 'v2/storage/download');
    const line = /^env .*node dist\/upload\.js$/m.exec(said)?.[0] ?? '';
    const { stdout } = await promisify(execFile)('sh', ['-c', line]);
    const ca = /^trust +(\S+)$/m.exec(said)?.[1];
    const link = /https?:\/\/\S+\/ci\/docs\/_links\.html\?\S+/.exec(stdout)?.[0] ?? '';
    expect(await statusOf(link, ca === undefined ? undefined : readFileSync(ca, 'utf8'))).toBe(200);
    command.kill('SIGINT');
    expect(await once(command, 'exit')).toEqual([0, null]);
  },
);

type Command = ChildProcessByStdio<null, Readable, Readable>;

function start(args: string[]): Command {
  return spawn(process.execPath, ['platform/start.ts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
  });
}

async function outputUntil(command: Command, end: string): Promise<string> {
  let said = '';
  for await (const piece of command.stdout.iterator({ destroyOnReturn: false })) {
    said += String(piece);
    if (said.includes(end)) break;
  }
  return said;
}

function statusOf(url: string, ca: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? secureGet : get;
    request(url, { agent: false, ...(ca !== undefined && { ca }) }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on('error', reject);
  });
}
