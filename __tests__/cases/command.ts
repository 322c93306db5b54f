import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { clientApp, workspaces } from '../../platform/catalogue.ts';
import { variablesFor } from '../../platform/inputs.ts';
import { folderWith } from '../support/folder.ts';
import { type Subject, entryOf } from '../support/subject.ts';

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly input?: string;
  readonly closeStdout?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the command as a person would, with no variable of a CI system. */
function runCommand(
  { platform, entries }: Subject,
  folder: string,
  args: readonly string[],
  { input = '', closeStdout = false, env = {} }: RunOptions = {},
): Promise<Result> {
  const child = spawn(process.execPath, [entryOf(entries, 'cli'), ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      TMPDIR: folder,
      ...variablesFor(platform),
      ...env,
    },
  });
  const text = { stdout: '', stderr: '' };
  if (closeStdout) child.stdout.destroy();
  else child.stdout.on('data', (chunk) => (text.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (text.stderr += String(chunk)));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, ...text }));
  });
}

/** The command `upload-to-workspace`, as a person at a terminal uses it. */
export function commandCases(subject: () => Subject): void {
  const folder = folderWith({
    'dist/index.html': '<link rel="stylesheet" href="style.css"><p>hello',
    'dist/style.css': 'p { color: green }',
  });
  const run = (args: readonly string[], options?: RunOptions) => runCommand(subject(), folder, args, options);

  describe('the command', () => {
    test('uploads with a preview, renews links, and removes; standard output has the result alone', async () => {
      const uploaded = await run(['upload', 'dist', '-d', 'site']);
      expect(uploaded).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^http\S+_preview\.html\?\S+\n$/),
      });
      expect(uploaded.stderr).toContain('Uploaded 2 files');
      expect(uploaded.stderr).not.toContain('X-Amz-Signature');
      expect((await fetch(uploaded.stdout.trim())).status).toBe(200);
      const links = await run(['links', '-d', 'site', '--json', '--quiet']);
      expect(links).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(links.stdout)).toMatchObject({
        preview: true,
        'file-count': 2,
        urls: { 'style.css': expect.any(String) },
      });
      const removed = await run(['remove', '-d', 'site']);
      expect(removed).toMatchObject({ code: 0, stdout: '' });
      expect(removed.stderr).toContain('Removed 2 files');
    });

    test('lists the names of workspaces', async () => {
      const { code, stdout } = await run(['workspaces']);
      expect(code).toBe(0);
      expect(stdout.split('\n')).toContain(workspaces.main);
    });

    test('a reader that closes the pipe is no error', async () => {
      expect(await run(['upload', 'dist', '-d', 'pipe'], { closeStdout: true })).toMatchObject({ code: 0 });
    });

    test('no output has a secret, at any verbosity', async () => {
      for (const more of [[], ['--verbose'], ['--quiet'], ['--json', '--verbose']]) {
        const { code, stdout, stderr } = await run(['upload', 'dist', '-d', 'canary', ...more]);
        expect(code).toBe(0);
        expect(`${stdout}${stderr}`).not.toContain(clientApp.secret);
        expect(`${stdout}${stderr}`).not.toMatch(/eyJ[\w-]+\.eyJ/);
      }
    });

    test('reads the secret from standard input, and refuses it as an argument without showing it', async () => {
      const env = { TERRAPI_CLIENT_SECRET: '' };
      const given = await run(['workspaces', '--client-secret-file', '-'], {
        env,
        input: `${clientApp.secret}\n`,
      });
      expect(given.code).toBe(0);
      const refused = await run(['workspaces', '--client-secret', 'canary-secret'], { env });
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain('TERRAPI_CLIENT_SECRET');
      expect(refused.stderr).not.toContain('canary-secret');
    });

    test('the exit code and the message are by the kind of error', async () => {
      expect(await run(['upload', 'dist', '--foo'])).toMatchObject({ code: 2, stdout: '' });
      expect(await run(['upload', 'missing'])).toMatchObject({
        code: 5,
        stderr: expect.stringContaining(`'PATH'`),
      });
      expect(await run(['upload', 'dist', '-w', 'none'])).toMatchObject({ code: 4 });
      const env = { TERRAPI_CLIENT_SECRET: 'wrong-secret' };
      expect(await run(['workspaces'], { env })).toMatchObject({ code: 3 });
    });

    test('the help of each command fits a screen and has an example', async () => {
      for (const name of ['upload', 'download', 'links', 'remove', 'workspaces', 'login', 'logout']) {
        const { code, stdout } = await run([name, '--help']);
        expect(code).toBe(0);
        expect(stdout).toContain(`Example: upload-to-workspace ${name}`);
        expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(30);
      }
    });

    test('refuses reports before anything is sent', async () => {
      const { code, stdout, stderr } = await run(['upload', 'dist', '--comment']);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`'--comment' cannot be used here`);
      expect(stderr).not.toContain('Who:');
    });

    test('leaves no temporary file, except one that it prints', async () => {
      const temporary = () => readdirSync(folder).filter((name) => name.startsWith('upload-to-workspace-'));
      for (const name of temporary()) rmSync(path.join(folder, name), { recursive: true });
      expect((await run(['upload', 'dist', '-d', 'temporary'])).code).toBe(0);
      expect(temporary()).toEqual([]);
      const { stdout } = await run(['upload', 'dist', '-d', 'temporary', '--print', 'links-file']);
      expect(existsSync(stdout.trim())).toBe(true);
    });
  });
}
