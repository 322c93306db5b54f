import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { clientApp, platformScope, workspaces } from '../platform/catalogue.ts';
import { readAction } from '../scripts/tables.ts';
import type { Contender, PreparedCommand, Task } from './contenders.ts';

const repository = resolve(import.meta.dirname, '..');
const bundle = join(repository, 'dist', 'upload.js');

/** The bundle, run as a runner would: cold, with everything from logging in to the links. */
export async function prepareAction(): Promise<Contender> {
  const inputs = readAction('action.yml').inputs ?? {};
  const comparesContent = 'overwrite' in inputs;
  const code = await readFile(join(dirname(bundle), 'index.js'));
  return {
    name: 'action',
    label: 'this action',
    version: `bundle ${createHash('sha256').update(code).digest('hex').slice(0, 8)}, Node.js ${process.version}`,
    uploads: true,
    comparesContent,
    prepare: (task) => prepareRun(task, comparesContent && task.unchanged ? { overwrite: 'changed' } : {}),
  };
}

async function prepareRun(
  { source, route, destination }: Task,
  more: Readonly<Record<string, string>>,
): Promise<PreparedCommand> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-runner-'));
  const [output, summary, temp] = ['output', 'summary', 'temp'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await Promise.all([writeFile(output, ''), writeFile(summary, ''), mkdir(temp)]);
  return {
    command: process.execPath,
    arguments: [bundle],
    environment: {
      ...inputVariables({
        'client-id': clientApp.id,
        'client-secret': clientApp.secret,
        workspace: workspaces.main,
        platforms: platformScope,
        issuer: route.issuer,
        'api-url': route.apiUrl,
        destination,
        path: source.path,
        'include-hidden-files': 'true',
        ...more,
      }),
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_WORKSPACE: repository,
      RUNNER_TEMP: temp,
    },
    folder: repository,
    cleanUp: () => rm(folder, { recursive: true }),
  };
}

function inputVariables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
}
