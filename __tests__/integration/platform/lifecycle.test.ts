import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { get as secureGet } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { clientApp, workspaces } from '../../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import { bucket, clientOf, openSession } from './guest.ts';

const folder = join(tmpdir(), `platform-test-${randomUUID()}`);
beforeAll(() => mkdirSync(folder));
afterAll(() => rmSync(folder, { recursive: true }));

test.each(['self-signed', 'private-ca'] as const)(
  'over TLS (%s) all three parts are trusted by who trusts the certificate',
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

test('a port that is taken is named, and nothing is left running', async () => {
  const platform = await startEmbeddedPlatform();
  const taken = Number(new URL(platform.issuer).port);
  await expect(startEmbeddedPlatform({ port: taken })).rejects.toThrow(String(taken));
  await platform.stop();
});

test('the command says how to use the platform, and Ctrl-C leaves nothing behind', async () => {
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
  [['nonsense'], /no platform "nonsense"/],
  [['--tls', 'maybe'], /--tls is none, self-signed, private-ca; not "maybe"/],
  [['--port', '0'], /--port is a whole number from 1 to 65532; not "0"/],
  [['--session-seconds', 'long'], /--session-seconds is a whole number/],
  [['embedded', 'real'], /"real" is too much/],
])('the command refuses %j and says why', async (args, message) => {
  const command = start(args);
  const [complaint, code] = await Promise.all([
    text(command.stderr),
    new Promise((resolve) => command.once('exit', resolve)),
  ]);
  expect(complaint).toMatch(message);
  expect(complaint).toContain('Usage:');
  expect(code).toBe(2);
});

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
    secureGet(url, { agent: false, ...(ca !== undefined && { ca }) }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on('error', reject);
  });
}
