// Loaded first, by any version of Node.js: no imports, and only syntax and functions that old versions have.

/** The oldest supported version of Node.js. */
const needed = [22, 15] as const;

const help =
  'Help: https://github.com/terradue/upload-to-workspace/blob/v1/docs/troubleshooting.md#node-version';

function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > needed[0] || (major === needed[0] && minor >= needed[1]);
}

/** An error message about an unsupported version of Node.js; undefined for a supported one. */
export function nodeProblem(version: string): string | undefined {
  if (isSupported(version)) return undefined;
  return `This action needs Node.js ${needed.join('.')} or newer, and was started with Node.js ${version}: update the runner to one that runs actions with Node.js 24, such as GitHub's from 2.327.1 on. ${help}`;
}

/** Fails the step if the version of Node.js is not supported. @returns whether it is supported */
export function checkNode(): boolean {
  const problem = nodeProblem(process.versions.node);
  if (problem === undefined) return true;
  process.stdout.write(`${process.env['GITHUB_ACTIONS'] === 'true' ? '::error::' : 'Error: '}${problem}\n`);
  process.exitCode = 1;
  return false;
}

/** Like {@link nodeProblem}, for the command. */
export function commandNodeProblem(version: string): string | undefined {
  if (isSupported(version)) return undefined;
  return `upload-to-workspace needs Node.js ${needed.join('.')} or newer, and this is Node.js ${version}: install a newer Node.js, or choose one with your version manager. ${help}`;
}

/** Like {@link checkNode}, for the command, whose standard output belongs to the result. */
export function checkNodeForCommand(): boolean {
  const problem = commandNodeProblem(process.versions.node);
  if (problem === undefined) return true;
  process.stderr.write(`Error: ${problem}\n`);
  process.exitCode = 2;
  return false;
}
