import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { clientApp, platformScope, workspaces } from '../platform/catalogue.ts';
import { readAction } from '../scripts/tables.ts';
import type { Contender, PreparedCommand, Task } from './contenders.ts';

const repository = resolve(import.meta.dirname, '..');
/** A way to run the action that is not the usual one, to see what a change is worth. */
export interface Variant {
  /** Path of another bundle's `upload.js`. */
  readonly bundle?: string;
  /** Inputs beside those that every run has, e.g. `concurrency`. */
  readonly inputs?: Readonly<Record<string, string>>;
}

/** The bundle, run as a runner would: cold, with everything from logging in to the links. */
export async function prepareAction(variant: Variant): Promise<Contender> {
  const declared = readAction('action.yml').inputs ?? {};
  const bundle = resolve(variant.bundle ?? join(repository, 'dist', 'upload.js'));
  const digest = createHash('sha256').update(await readFile(join(dirname(bundle), 'index.js')));
  const comparesContent = 'overwrite' in declared;
  const given = Object.entries(variant.inputs ?? {}).map(([name, value]) => `${name}=${value}`);
  const difference = [...(variant.bundle === undefined ? [] : [variant.bundle]), ...given].join(',');
  return {
    name: 'action',
    id: `action${difference && `-${difference}`}`.replaceAll(/[\s/\\]+/g, '_'),
    label: `this action${difference && ` (${difference})`}`,
    version: `bundle ${digest.digest('hex').slice(0, 8)}, Node.js ${process.version}`,
    uploads: true,
    comparesContent,
    prepare: (task) =>
      prepareRun(bundle, {
        ...usualInputs(task),
        ...(comparesContent && task.unchanged && { overwrite: 'changed' }),
        ...variant.inputs,
      }),
  };
}

function usualInputs({ source, route, destination }: Task): Record<string, string> {
  return {
    'client-id': clientApp.id,
    'client-secret': clientApp.secret,
    workspace: workspaces.main,
    platforms: platformScope,
    issuer: route.issuer,
    'api-url': route.apiUrl,
    destination,
    path: source.path,
    'include-hidden-files': 'true',
  };
}

async function prepareRun(
  bundle: string,
  inputs: Readonly<Record<string, string>>,
): Promise<PreparedCommand> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-runner-'));
  const [output, summary, temp] = [join(folder, 'output'), join(folder, 'summary'), join(folder, 'temp')];
  await Promise.all([writeFile(output, ''), writeFile(summary, ''), mkdir(temp)]);
  return {
    command: process.execPath,
    arguments: [bundle],
    environment: {
      ...inputVariables(inputs),
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
