import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { beforeAll, describe, expect, test } from '@jest/globals';

import { buckets, clientApp, keylessApps, workspaces } from '../../platform/catalogue.ts';
import { variablesFor } from '../../platform/inputs.ts';
import { onEmbeddedPlatform } from '../integration/embedded.ts';
import { useFaultyStorage } from '../support/faultyServer.ts';
import { putObjects } from '../support/putObjects.ts';
import {
  type ActionName,
  errorOf,
  linksFileOf,
  urlsOf,
  visibleText,
  warningsOf,
} from '../support/subject.ts';
import { checkout, expectSuccess, runOnWindows, storedNames } from './actions.ts';
import { type WindowsRun, useWindows } from './machine.ts';

const subject = onEmbeddedPlatform();
const secure = onEmbeddedPlatform({ tls: 'private-ca' });
const windows = useWindows();
const storage = useFaultyStorage(subject);

const win = String.raw;
const MiB = 1024 ** 2;

const run = (
  action: ActionName,
  inputs: Readonly<Record<string, string>>,
  options: Partial<WindowsRun> = {},
) => runOnWindows(windows(), subject(), action, inputs, options);

beforeAll(() => {
  windows().files(checkout, {
    'site/index.html': '<script src="js/app.js"></script>',
    'site/js/app.js': 'export {}',
    'one/a.txt': 'a',
  });
});

describe('the actions', () => {
  test('workspaces and upload use TLS with an authority from a file on a drive', async () => {
    const folder = windows().files(win`E:\certificates`, {
      'authority.pem': (secure().platform.caCertificate ?? '').replaceAll('\n', '\r\n'),
    });
    const certificates = { 'ca-certificates': win`${folder}\authority.pem` };
    const listed = await runOnWindows(windows(), secure(), 'workspaces', certificates);
    expectSuccess(listed);
    expect(listed.outputs['workspaces']).toContain(workspaces.main);
    const inputs = { path: 'one', destination: 'tls', ...certificates };
    expectSuccess(await runOnWindows(windows(), secure(), 'upload', inputs));
    expect(await storedNames(secure(), 'tls')).toEqual(['a.txt']);
  });

  test('upload publishes a preview, links gives new links, upload updates it, remove deletes it', async () => {
    const inputs = { path: 'site', destination: 'site', checksums: 'true' };
    const first = await run('upload', { ...inputs, preview: 'true' });
    expectSuccess(first);
    expect(first.outputs).toMatchObject({ preview: 'true', 'file-count': '2', 'uploaded-count': '2' });
    expect(first.outputs['url']).toContain('/ci/site/_preview.html?');
    expect(first.summary).toContain('Open preview');
    expect(Object.keys(urlsOf(first))).toEqual(['index.html', 'js/app.js']);
    expect(first.outputs['links-file']).toMatch(/^D:\\a\\_temp\\upload-to-workspace-\w+\\links\.json$/);
    expect(linksFileOf(first).files.map(({ key }) => key)).toEqual([
      'ci/site/index.html',
      'ci/site/js/app.js',
    ]);
    const checksums = await subject().platform.store.get(buckets.outputs, 'ci/site/SHA256SUMS');
    expect(checksums.body.toString()).toMatch(/^[\da-f]{64} {2}index\.html\n[\da-f]{64} {2}js\/app\.js\n$/);

    const links = await run('links', { destination: 'site' });
    expectSuccess(links);
    expect(Object.keys(urlsOf(links))).toEqual(['index.html', 'js/app.js']);

    windows().files(win`${checkout}\site`, { 'js/new.js': 'new' });
    const second = await run('upload', { ...inputs, overwrite: 'changed', 'delete-stale': 'true' });
    expectSuccess(second);
    expect(second.outputs).toMatchObject({ 'uploaded-count': '1', 'unchanged-count': '2' });

    const removed = await run('remove', { destination: 'site' });
    expectSuccess(removed);
    expect(await subject().platform.store.list(buckets.outputs, 'ci/site/')).toEqual([]);
  });

  test('upload sends a large file in parts', async () => {
    const content = randomBytes(17 * MiB);
    windows().files(win`E:\large`, { 'large.bin': content });
    const large = await run('upload', {
      path: win`E:\large`,
      destination: 'large',
      'part-size': '5MiB',
      links: 'none',
    });
    expectSuccess(large);
    const { store } = subject().platform;
    const [stored] = await store.list(buckets.outputs, 'ci/large/large.bin');
    expect(stored?.etag).toMatch(/-4$/);
    expect((await store.get(buckets.outputs, 'ci/large/large.bin')).body.equals(content)).toBe(true);
    expect(await store.pendingUploads(buckets.outputs)).toEqual([]);
  });

  test('download writes the files of an upload, and refuses names that Windows does not have before it writes', async () => {
    const target = win`E:\downloaded`;
    expectSuccess(await run('upload', { path: 'site', destination: 'down', links: 'none' }));
    const inputs = { destination: 'down', path: target };
    expectSuccess(await run('download', inputs));
    for (const name of ['index.html', 'js/app.js'])
      expect(readFileSync(path.join(windows().host(target), name))).toEqual(
        readFileSync(path.join(windows().host(checkout), 'site', name)),
      );
    const keys = ['aux.txt', 'js/APP.js', 'JS/other.js', 'a:b', 'dot./x', 'new.txt'];
    await putObjects(subject().platform, Object.fromEntries(keys.map((key) => [`ci/down/${key}`, key])));
    const refused = await run('download', { ...inputs, path: win`E:\refused` });
    expect(refused.exitCode).toBe(1);
    expect(errorOf(refused)).toMatch(/'aux\.txt' contains 'aux\.txt', which is a device on Windows/);
    expect(errorOf(refused)).toMatch(/'js\/APP\.js' and 'js\/app\.js' are the same name on this system/);
    expect(errorOf(refused)).toMatch(/'a:b' contains a character that Windows does not allow/);
    expect(errorOf(refused)).toMatch(/'dot\.\/x' has a segment that ends in a dot or space/);
    expect(existsSync(windows().host(win`E:\refused`))).toBe(false);
    expectSuccess(await run('download', { ...inputs, pattern: 'new.txt' }));
    expect(readFileSync(path.join(windows().host(target), 'new.txt'), 'utf8')).toBe('new.txt');
  });

  test('upload logs in with an OIDC token', async () => {
    const { tokenService } = subject().platform;
    const keyless = await run(
      'upload',
      { path: 'one', destination: 'keyless', 'client-id': keylessApps.branch.id, 'client-secret': '' },
      { env: tokenService.environment },
    );
    expectSuccess(keyless);
    expect(await storedNames(subject(), 'keyless')).toEqual(['a.txt']);
    expect([...tokenService.issued].filter((token) => visibleText(keyless).includes(token))).toEqual([]);
  });
});

describe('a run that is cancelled with Ctrl+C', () => {
  test('ends, and says what is stored and what is not', async () => {
    const abort = new AbortController();
    windows().files(win`E:\cancelled`, { 'large.bin': Buffer.alloc(12 * MiB, 'x') });
    storage.decide = ({ method, query }) => {
      if (method !== 'PUT' || query.get('partNumber') !== '2') return undefined;
      abort.abort();
      return { kind: 'stall' };
    };
    const cancelled = await run(
      'upload',
      { path: win`E:\cancelled`, destination: 'cancelled', 'part-size': '5MiB' },
      { signal: abort.signal },
    );
    expect(cancelled.exitCode).toBe(1);
    expect(errorOf(cancelled)).toMatch(/^The upload was cancelled with 0 of 1 file stored\n/);
    expect(errorOf(cancelled)).toContain('\n- large.bin\n');
    expect(await storedNames(subject(), 'cancelled')).toEqual([]);
  });
});

describe('the folders and files of the runner', () => {
  test('temporary files may be on another drive', async () => {
    const temp = win`E:\temp folder`;
    windows().files(temp, { 'other.txt': '' });
    const { outputs, ...rest } = await run(
      'upload',
      { path: 'one', destination: 'temp' },
      { env: { RUNNER_TEMP: temp } },
    );
    expectSuccess({ outputs, ...rest });
    expect(outputs['links-file']).toContain(`${temp}\\upload-to-workspace-`);
  });

  test('without a usable RUNNER_TEMP, temporary files are in the folder of TEMP', async () => {
    const temp = win`C:\users\runneradmin\Temp`;
    windows().files(temp, { 'other.txt': '' });
    const env = { RUNNER_TEMP: win`Q:\temp`, TEMP: temp, TMP: temp };
    const { outputs, ...rest } = await run('upload', { path: 'one', destination: 'temp' }, { env });
    expectSuccess({ outputs, ...rest });
    expect(outputs['links-file']).toContain(`${temp}\\upload-to-workspace-`);
    expect(rest.log).toContain(win`Not writable: RUNNER_TEMP 'Q:\temp' (ENOENT)`);
  });

  test('a GITHUB_OUTPUT that cannot be written is an error before anything is sent', async () => {
    const failed = await run(
      'upload',
      { path: 'one', destination: 'none' },
      { env: { GITHUB_OUTPUT: win`Q:\output` } },
    );
    expect(errorOf(failed)).toContain('Outputs cannot be set: the file of GITHUB_OUTPUT is not writable');
    expect(await storedNames(subject(), 'none')).toEqual([]);
  });

  test('read-only files are uploaded', async () => {
    const folder = windows().files(win`E:\read-only`, { 'a.txt': 'a' });
    const file = windows().host(win`${folder}\a.txt`);
    chmodSync(file, 0o444);
    const uploaded = await run('upload', { path: folder, destination: 'read-only' });
    expectSuccess(uploaded);
    expect(await storedNames(subject(), 'read-only')).toEqual(['a.txt']);
  });

  test('a file that changes during the upload is an error', async () => {
    const folder = windows().files(win`E:\changing`, {
      'a.bin': Buffer.alloc(MiB, 'a'),
      'b.bin': Buffer.alloc(12 * MiB, 'b'),
    });
    storage.decide = ({ method, query }) => {
      if (method === 'PUT' && query.get('partNumber') === '1')
        writeFileSync(windows().host(win`${folder}\b.bin`), Buffer.alloc(11 * MiB, 'c'));
      return undefined;
    };
    const failed = await run('upload', { path: folder, destination: 'changing', 'part-size': '5MiB' });
    expect([failed.exitCode, warningsOf(failed)]).toEqual([1, []]);
    expect(errorOf(failed)).toContain(win`E:\changing\b.bin changed while it was uploaded`);
  });
});

describe('the command', () => {
  test('uploads, and prints the link alone on standard output', async () => {
    const { platform } = subject();
    const uploaded = await windows().run({
      arguments: ['dist/cli.js', 'upload', win`one\**`, '--destination', 'command'],
      cwd: checkout,
      env: variablesFor(platform),
    });
    expect([uploaded.exitCode, uploaded.stdout]).toEqual([0, expect.stringMatching(/^http:\S+\r?\n$/)]);
    expect(uploaded.stdout + uploaded.stderr).not.toContain(clientApp.secret);
    expect(await storedNames(subject(), 'command')).toEqual(['a.txt']);
  });
});
