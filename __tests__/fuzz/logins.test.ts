import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect } from '@jest/globals';
import fc from 'fast-check';

import { loginFile } from '../../src/auth/loginFile.ts';
import { linux, windows } from '../../src/files/system.ts';
import { parseEarlierUpload } from '../../src/links/earlierPage.ts';
import { tryLink } from '../../src/links/linkTrial.ts';
import type { StorageCall, StorageClient } from '../../src/storage/client.ts';
import { nameProblems } from '../../src/sync/downloads.ts';
import { compareUploads } from '../../src/sync/uploadChanges.ts';
import { planDownload } from '../../src/transfer/downloadPlan.ts';
import { registerSecret } from '../../src/text/secrets.ts';
import { temporaryFolder } from '../unit/folders.ts';
import { type Json, damagedJson, damagedText, hostileText, nearly, secret } from './arbitraries.ts';
import { checkText, failsWell, fuzz } from './properties.ts';

describe('the login file of the command', () => {
  const folder = temporaryFolder();
  chmodSync(folder.path, 0o700);
  const file = loginFile(folder.path, { issuer: new URL('https://iam.example.org/'), clientId: 'app' });
  const login: Json = {
    issuer: 'https://iam.example.org/',
    clientId: 'app',
    user: 'alice',
    scope: ['openid', 'email'],
    accessToken: secret,
    accessFreshUntil: 4e12,
    accessUsableUntil: 4e12,
    refreshToken: secret,
    refreshExpiresAt: null,
  };
  fuzz('is read, or refused without its content', damagedJson(login), async (text) => {
    registerSecret(secret);
    writeFileSync(file.path, text, { mode: 0o600 });
    await failsWell(async () => {
      const read = await file.read();
      // It becomes a header, so that a line break would be a second header.
      expect(read?.accessToken).toMatch(/^[\x21-\x7e]+$/);
      expect(Array.isArray(read?.scope)).toBe(true);
    });
  });
});

describe('the index page of an earlier upload', () => {
  const data: Json = {
    names: ['a.txt', 'b/c.html', '__proto__'],
    sizes: [1, 2, 3],
    sums: ['ab'.repeat(32), '', ''],
    prints: 'abcd....efgh',
  };
  const page = damagedText(
    damagedJson(data).map(
      (json) =>
        `<!doctype html><script type="application/json" id="data">${json.replaceAll('<', '\\u003c')}</script>`,
    ),
  );
  fuzz('is compared with this upload, or has no effect', fc.tuple(page, hostileText), ([html, commit]) => {
    const earlier = parseEarlierUpload(html, commit);
    if (!earlier) return;
    const current = ['a.txt', 'new.txt', '__proto__'].map((name) => ({
      name,
      size: 1,
      sha256: undefined,
      print: 'abcd',
      comparison: undefined,
    }));
    const changes = compareUploads(earlier, current);
    for (const [name, change] of changes.files)
      expect([current.some((file) => file.name === name), /^(?:new|changed)$/.test(change)]).toEqual([
        true,
        true,
      ]);
    expect(changes.added).toBeLessThanOrEqual(current.length);
    expect(changes.gone).toBe(changes.goneNames.length);
    for (const name of changes.goneNames) expect(typeof name).toBe('string');
  });
});

describe('the trial of a link', () => {
  const header = nearly('bytes 0-0/7', '7', '"d41d8cd98f00b204e9800998ecf8427e"', 'W/"x"', '');
  const answer = fc.record({
    status: fc.constantFrom(200, 206, 206, 302, 400, 403, 404, 416),
    headers: fc.dictionary(fc.constantFrom('etag', 'content-range', 'content-length'), header),
  });
  const objectSize = 7;
  fuzz('opens only an object of the same size', fc.tuple(answer, answer), async ([given, object]) => {
    const asked: string[] = [];
    const client = {
      location: { endpoint: new URL('https://storage.example.org') },
      clock: { now: () => Date.now() },
      path: (key: string) => `/bucket/${key}`,
      transport: {
        dispatcher: {
          request: ({ origin }: { readonly origin: string }) => {
            asked.push(origin);
            return Promise.resolve({
              statusCode: given.status,
              headers: given.headers,
              body: { dump: () => Promise.resolve() },
            });
          },
        },
      },
      send: ({ accept }: StorageCall) => {
        const headers = { ...object.headers, 'content-length': String(objectSize), etag: '"abc"' };
        const answered = { status: 200, headers, body: '', received: 0 };
        accept?.(answered);
        return Promise.resolve(answered);
      },
    } as unknown as StorageClient;
    const { signal } = new AbortController();
    const link = new URL('https://links.example.org/x?X-Amz-Signature=1');
    const result = await tryLink(link, 'ci/x', client, signal);
    expect(asked).toEqual([link.origin]);
    if (result.kind !== 'opens') {
      checkText(result.why);
      return;
    }
    const { 'content-range': range = '', 'content-length': length } = given.headers;
    const size = given.status === 200 ? length : /\/(\d+)$/.exec(range)?.[1];
    if (size !== undefined) expect(Number(size)).toBe(objectSize);
    expect(given.status).toBeLessThan(300);
  });
});

describe('the keys of a download', () => {
  const folder = temporaryFolder();
  const outside = temporaryFolder();
  mkdirSync(path.join(folder.path, 'real'));
  symlinkSync(outside.path, path.join(folder.path, 'link'));
  const name = fc.oneof(
    {
      weight: 3,
      arbitrary: nearly(
        'a.txt',
        'real/b.txt',
        'link/c.txt',
        '../d.txt',
        '/etc/passwd',
        'C:\\x',
        'a/../../b',
        'CON.txt',
        'a:b',
        'a. ',
      ),
    },
    hostileText,
  );
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 4 });
  const getsOf = (all: readonly string[]) =>
    all.map((one) => ({ name: one, size: 1, etag: undefined, sha256: undefined, source: one }));

  fuzz(
    'are paths below its folder, or refused',
    fc.tuple(names, fc.constantFrom(linux, windows)),
    ([all, system]) => {
      const problems = nameProblems(getsOf(all), system);
      checkText(...problems);
      if (problems.length > 0) return;
      const root = system.windows ? 'C:\\t' : '/t';
      for (const one of all) {
        const relative = system.paths.relative(root, system.paths.resolve(root, one));
        if (relative === '' || /^\.\.(?:[\\/]|$)/.test(relative) || system.paths.isAbsolute(relative))
          throw new Error(`Outside: ${one}`);
        if (system.windows && /[<>:"|?*\0-\x1f]|[. ](?:\\|$)/.test(relative))
          throw new Error(`Not a name: ${one}`);
      }
    },
  );

  fuzz('never lead through a symbolic link', names, async (all) => {
    await failsWell(async () => {
      const { signal } = new AbortController();
      const plan = await planDownload(getsOf(all), { folder: folder.path, overwrite: 'always', signal });
      for (const get of plan.gets)
        if (path.posix.normalize(get.name).startsWith('link/'))
          throw new Error(`Through a link: ${get.name}`);
    });
  });
});
