import { execFile } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

/** Copies the files that git tracks or would add. With `only`, copies files below these paths only. */
export async function copyTracked(target: string, ...only: readonly string[]): Promise<void> {
  const { stdout } = await git(root, [
    ...['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--'],
    ...only,
  ]);
  const files = stdout.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
  await mkdir(target, { recursive: true });
  await Promise.all(files.map((file) => copyFile(file, target)));
}

/**
 * Creates a repository with one commit in a folder. Its remote gives the workflow a repository name, and is never contacted.
 */
export async function commitAll(target: string): Promise<void> {
  await git(target, ['init', '--quiet', '--initial-branch=main']);
  await git(target, ['remote', 'add', 'origin', 'https://github.com/example/site.git']);
  await git(target, ['add', '--all', '--force']);
  await git(target, [...author, 'commit', '--quiet', '--no-verify', '--message', 'A build to publish']);
}

const author = ['-c', 'user.name=Example', '-c', 'user.email=ci@example.org', '-c', 'commit.gpgsign=false'];

async function copyFile(file: string, target: string): Promise<void> {
  await mkdir(dirname(join(target, file)), { recursive: true });
  await cp(join(root, file), join(target, file), { verbatimSymlinks: true });
}

function git(cwd: string, args: string[]) {
  return run('git', args, { cwd, maxBuffer: 16 * 1024 * 1024 });
}
