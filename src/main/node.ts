// Loaded first, by any version of Node.js: no imports, and only syntax and functions that old versions have.

/** The oldest supported version of Node.js. */
const needed = [22, 15] as const;

/** An error message about an unsupported version of Node.js; undefined for a supported one. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return undefined;
  return `This action needs Node.js ${needed.join('.')} or newer, and was started with Node.js ${version}: update the runner to one that runs actions with Node.js 24, such as GitHub's from 2.327.1 on. Help: https://github.com/terradue/upload-to-workspace/blob/v1/docs/troubleshooting.md#node-version`;
}

/** Fails the step if the version of Node.js is not supported. @returns whether it is supported */
export function checkNode(): boolean {
  const problem = nodeProblem(process.versions.node);
  if (problem === undefined) return true;
  process.stdout.write(`${process.env['GITHUB_ACTIONS'] === 'true' ? '::error::' : 'Error: '}${problem}\n`);
  process.exitCode = 1;
  return false;
}
