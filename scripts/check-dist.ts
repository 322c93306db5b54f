import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Builds `dist/` in another folder, and fails if a file of the committed one differs, is missing or is unexpected. */
const top = path.resolve(import.meta.dirname, '..');
const committed = path.join(top, 'dist');
const built = mkdtempSync(path.join(tmpdir(), 'dist-'));

function contents(folder: string): Map<string, string> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
}

try {
  execFileSync(process.execPath, [path.join(import.meta.dirname, 'build.ts'), built], {
    cwd: top,
    stdio: 'inherit',
  });
  const [are, should] = [contents(committed), contents(built)];
  const stale = [...new Set([...are.keys(), ...should.keys()])].filter(
    (name) => are.get(name) !== should.get(name),
  );
  if (stale.length > 0) {
    console.error(`dist/ is stale (${stale.join(', ')}): run 'npm run build' and commit the result`);
    process.exitCode = 1;
  } else {
    console.log('dist/ is up to date');
  }
} finally {
  rmSync(built, { recursive: true, force: true });
}
