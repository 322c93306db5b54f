/** Checks every workflow file of the repository with actionlint, and that every action in them is pinned. */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { installTool, toolPath } from './tools.ts';

const root = join(import.meta.dirname, '..');
const patterns = ['.github/workflows/*.yml', '__tests__/workflows/fixtures/*.yml', 'examples/**/*.yml'];

/**
 * The `uses:` lines of a workflow that anybody could change under it: neither a path in this repository nor a full
 * commit with its version as a comment.
 */
export function unpinned(workflow: string): string[] {
  return workflow
    .split('\n')
    .map((line) => /^\s*(?:-\s+)?uses:\s*(\S.*)$/.exec(line)?.[1])
    .filter((reference) => reference !== undefined)
    .filter((reference) => !/^\.\/|^\S+@[0-9a-f]{40} # v\d/.test(reference));
}

function isPinned(file: string): boolean {
  const references = unpinned(readFileSync(join(root, file), 'utf8'));
  for (const reference of references) {
    process.stderr.write(`${file}: pin this by its full commit, version as a comment: ${reference}\n`);
  }
  return references.length === 0;
}

if (import.meta.main) {
  installTool('actionlint');
  const files = globSync(patterns, { cwd: root }).sort();
  const pinned = files.map(isPinned).every(Boolean);
  const { status } = spawnSync(toolPath('actionlint'), files, { cwd: root, stdio: 'inherit' });
  process.stdout.write(`${files.length} workflow files checked\n`);
  process.exitCode = pinned && status === 0 && files.length > 0 ? 0 : 1;
}
