// Loaded before all else, by whatever Node.js the runner has: no imports, and no syntax or function that an old one does not know.

/** The oldest Node.js that has all that this program uses. */
const needed = [22, 15] as const;

/** Why a version of Node.js does not do; undefined where it does. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return undefined;
  return `This action needs Node.js ${needed.join('.')} or newer, and was started with Node.js ${version}: update the runner to one that runs actions with Node.js 24, such as GitHub's from 2.327.1 on. Help: https://github.com/terradue/upload-to-workspace/blob/v1/docs/troubleshooting.md#node-version`;
}

/** Whether this process's Node.js does; has the step fail, and says why, where it does not. */
export function checkNode(): boolean {
  const problem = nodeProblem(process.versions.node);
  if (problem === undefined) return true;
  process.stdout.write(`${process.env['GITHUB_ACTIONS'] === 'true' ? '::error::' : 'Error: '}${problem}\n`);
  process.exitCode = 1;
  return false;
}
