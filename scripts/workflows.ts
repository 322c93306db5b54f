/**
 * Checks the repository's workflow files with actionlint, and that they pin every action. Steps with this repository's own actions,
 * in workflow files and in the recipes of README.md and docs/, have to give all required inputs and no unknown ones.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { type Action, actionFiles, pages, readAction } from './tables.ts';
import { installTool, toolPath } from './tools.ts';

const root = join(import.meta.dirname, '..');
const patterns = ['.github/workflows/*.yml', '__tests__/workflows/fixtures/*.yml', 'examples/**/*.yml'];

/** As the examples name this repository's actions: by the tag that moves with the releases, like those who copy them. */
const own = /^terradue\/upload-to-workspace(?:\/(\w+))?@v1$/;

/**
 * The `uses:` lines of a workflow that anybody could change under it: neither an action of this repository nor a full
 * commit with its version as a comment.
 */
export function unpinned(workflow: string): string[] {
  return workflow
    .split('\n')
    .map((line) => /^\s*(?:-\s+)?uses:\s*(\S.*)$/.exec(line)?.[1])
    .filter((reference) => reference !== undefined)
    .filter((reference) => !own.test(reference) && !/^\.\/|^\S+@[0-9a-f]{40} # v\d/.test(reference));
}

/** What is wrong with the steps of this repository's own actions in a piece of YAML, one sentence each. */
export function wrongInputs(yaml: string, actionOf: (file: string) => Action | undefined): string[] {
  return stepsIn(parse(yaml)).flatMap(({ uses, inputs }) => {
    const [found, folder] = own.exec(uses) ?? [];
    if (found === undefined) return uses.startsWith('terradue/') ? [`there is no action ${uses}`] : [];
    const action = actionOf(folder === undefined ? 'action.yml' : `${folder}/action.yml`);
    if (!action) return [`there is no action ${uses}`];
    const declared = Object.entries(action.inputs ?? {});
    const unknown = inputs.filter((name) => !declared.some(([known]) => known === name));
    const missing = declared.filter(([name, { required }]) => required && !inputs.includes(name));
    return [
      ...unknown.map((name) => `${uses} has no input '${name}'`),
      ...missing.map(([name]) => `${uses} is not given '${name}'`),
    ];
  });
}

interface Step {
  readonly uses: string;
  /** Names of the inputs that it is given. */
  readonly inputs: readonly string[];
}

/** The steps that use an action, wherever they are in a workflow or in a part of one. */
function stepsIn(value: unknown): Step[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(stepsIn);
  if (!('uses' in value) || typeof value.uses !== 'string') return inner;
  const inputs = 'with' in value && typeof value.with === 'object' ? Object.keys(value.with ?? {}) : [];
  return [{ uses: value.uses, inputs }, ...inner];
}

function recipesIn(page: string): string[] {
  return [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, yaml = '']) => yaml);
}

function problemsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const actionOf = (name: string) => (actionFiles.includes(name) ? readAction(name) : undefined);
  if (file.endsWith('.md')) return recipesIn(text).flatMap((recipe) => wrongInputs(recipe, actionOf));
  return [
    ...unpinned(text).map((reference) => `pin this by its full commit, version as a comment: ${reference}`),
    ...wrongInputs(text, actionOf),
  ];
}

if (import.meta.main) {
  installTool('actionlint');
  const files = globSync(patterns, { cwd: root }).sort();
  const problems = [...files, ...pages].flatMap((file) =>
    problemsOf(file).map((problem) => `${file}: ${problem}\n`),
  );
  for (const problem of problems) process.stderr.write(problem);
  const { status } = spawnSync(toolPath('actionlint'), files, { cwd: root, stdio: 'inherit' });
  process.stdout.write(`${files.length} workflow files checked\n`);
  process.exitCode = problems.length === 0 && status === 0 && files.length > 0 ? 0 : 1;
}
