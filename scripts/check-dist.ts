/**
 * Fails if `src/generated/` or `dist/` is stale, or if its bytes depend on the machine. Builds both in a copy of this repository at another
 * path, with another home folder, time zone, language and umask, and as another user if root runs it.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const top = path.resolve(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'build of '));
// With a space and a letter outside of ASCII.
const copy = path.join(folder, 'another päth');

/** The user `nobody`. Only root can run programs as another user. */
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

/** Copies what git does not ignore, and the packages. */
function copyRepository(): void {
  const { stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: top,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
  });
  const files = stdout.split('\0').filter((name) => name !== '' && existsSync(path.join(top, name)));
  if (files.length === 0) throw new Error('git lists no files: this check needs a clone of the repository.');
  for (const name of [...files, 'node_modules']) {
    mkdirSync(path.dirname(path.join(copy, name)), { recursive: true });
    cpSync(path.join(top, name), path.join(copy, name), { recursive: true, verbatimSymlinks: true });
  }
  if (isRoot) spawnSync('chown', ['-R', `${nobody}:${nobody}`, folder]);
}

/** Runs a script of the copy. @returns whether it succeeds */
function run(script: string, ...args: string[]): boolean {
  const inside = path.relative(top, process.execPath);
  const { status, error } = spawnSync(
    inside.startsWith('..') ? process.execPath : path.join(copy, inside),
    [script, ...args],
    {
      cwd: copy,
      stdio: 'inherit',
      env: {
        ...process.env,
        HOME: folder,
        TMPDIR: folder,
        TZ: 'Pacific/Chatham',
        LANG: 'tr_TR.UTF-8',
        LC_ALL: 'tr_TR.UTF-8',
      },
      ...(isRoot && { uid: nobody, gid: nobody }),
    },
  );
  if (error) throw error;
  return status === 0;
}

function contents(of: string): Map<string, string> {
  return new Map(readdirSync(of).map((name) => [name, readFileSync(path.join(of, name), 'latin1')]));
}

/** Names of the files that differ, are missing or are unexpected. */
function stale(): string[] {
  const [are, should] = [contents(path.join(top, 'dist')), contents(path.join(copy, 'dist'))];
  return [...new Set([...are.keys(), ...should.keys()])].filter((name) => are.get(name) !== should.get(name));
}

const usual = process.umask(0o077);
try {
  copyRepository();
  const isBuilt = run('scripts/assets.ts', '--check') && run('scripts/build.ts');
  const names = isBuilt ? stale() : [];
  if (names.length > 0)
    console.error(
      `dist/ is stale, or its bytes depend on the machine (${names.join(', ')}): run 'npm run build' and commit the result`,
    );
  else if (isBuilt) console.log('dist/ is up to date, and each machine builds the same bytes');
  if (!isBuilt || names.length > 0) process.exitCode = 1;
} finally {
  process.umask(usual);
  rmSync(folder, { recursive: true, force: true });
}
