/**
 * Checks the repository's workflow files with actionlint and zizmor, and that they pin every action. Also checks the steps with this repository's
 * actions, in workflow files, README.md and docs/: they need all required inputs, and no unknown ones.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { type Action, actionFiles, pages, readAction } from './tables.ts';
import { installTool, installZizmor, toolPath } from './tools.ts';

const root = join(import.meta.dirname, '..');
const patterns = ['.github/workflows/*.yml', '__tests__/workflows/fixtures/*.yml', 'examples/*.yml'];

/** A reference to this repository's actions in the examples: the tag of the latest release, as users write it. */
const own = /^terradue\/upload-to-workspace(?:\/(\w+))?@v1$/;

/** The unpinned `uses:` lines of a workflow: neither an action of this repository, nor a full commit with its version as a comment. */
export function unpinned(workflow: string): string[] {
  return workflow
    .split('\n')
    .map((line) => /^\s*(?:-\s+)?uses:\s*(\S.*)$/.exec(line)?.[1])
    .filter((reference) => reference !== undefined)
    .filter((reference) => !own.test(reference) && !/^\.\/|^\S+@[0-9a-f]{40} # v\d/.test(reference));
}

/** Problems with steps of this repository's actions in YAML text, as sentences. */
export function wrongInputs(yaml: string, actionOf: (file: string) => Action | undefined): string[] {
  return stepsIn(parse(yaml)).flatMap(({ uses, inputs }) => {
    const [found, folder] = own.exec(uses) ?? [];
    if (found === undefined) return uses.startsWith('terradue/') ? [`the action ${uses} does not exist`] : [];
    const action = actionOf(folder === undefined ? 'action.yml' : `${folder}/action.yml`);
    if (!action) return [`the action ${uses} does not exist`];
    const declared = Object.entries(action.inputs ?? {});
    const unknown = inputs.filter((name) => !declared.some(([known]) => known === name));
    const missing = declared.filter(([name, { required }]) => required && !inputs.includes(name));
    return [
      ...unknown.map((name) => `${uses} has no input '${name}'`),
      ...missing.map(([name]) => `${uses} lacks the input '${name}'`),
    ];
  });
}

interface Step {
  readonly uses: string;
  /** Names of its inputs. */
  readonly inputs: readonly string[];
}

/** The steps that use an action, at any depth of a workflow or of a part of one. */
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
    ...unpinned(text).map(
      (reference) => `Pin this action to a full commit, with its version as a comment: ${reference}`,
    ),
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
  // Offline: the checks that ask GitHub need a token. The actions and dependabot.yml are checked too.
  const options = ['--offline', '--quiet', '--no-progress', '--config', '.github/zizmor.yml'];
  const audited = ['.', ...files.filter((file) => file.startsWith('examples'))];
  const { status: weak } = spawnSync(installZizmor(), [...options, ...audited], {
    cwd: root,
    stdio: 'inherit',
  });
  process.stdout.write(`${files.length} workflow files checked\n`);
  const isFine = problems.length === 0 && status === 0 && weak === 0 && files.length > 0;
  process.exitCode = isFine ? 0 : 1;
}
