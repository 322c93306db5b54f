import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { inputsFor } from '../platform/inputs.ts';
import { install } from '../platform/real/cache.ts';
import { readAction } from '../scripts/tables.ts';
import { benchCache } from './rivals.ts';
import type { Contender, PreparedCommand, Task } from './contenders.ts';

const repository = resolve(import.meta.dirname, '..');
/** Another way to run the action, to measure the effect of a change. */
export interface Variant {
  /** Path of another bundle's `upload.js`. */
  readonly bundle?: string;
  /** Additional inputs, e.g. `concurrency`. */
  readonly inputs?: Readonly<Record<string, string>>;
}

/** Runs the bundle like a runner: a cold start, with all steps from login to links. */
export async function prepareAction(variant: Variant): Promise<Contender> {
  const declared = readAction('action.yml').inputs ?? {};
  const { entry, digest, bytes } = await keepBundle(variant.bundle ?? join(repository, 'dist', 'upload.js'));
  const comparesContent = 'overwrite' in declared;
  const given = Object.entries(variant.inputs ?? {}).map(([name, value]) => `${name}=${value}`);
  const difference = [...(variant.bundle === undefined ? [] : [variant.bundle]), ...given].join(',');
  return {
    name: 'action',
    id: `action${difference && `-${difference}`}`.replaceAll(/[\s/\\]+/g, '_'),
    label: `this action${difference && ` (${difference})`}`,
    version: `bundle ${digest} of ${(bytes / 1e6).toFixed(2)} MB, Node.js ${process.version}`,
    transfers: true,
    comparesContent,
    prepare: (task) =>
      task.target === undefined
        ? prepareRun(entry, {
            ...uploadInputs(task),
            ...(comparesContent && task.unchanged && { overwrite: 'changed' }),
            ...variant.inputs,
          })
        : prepareRun(join(dirname(entry), 'download.js'), {
            ...downloadInputs(task, task.target),
            ...variant.inputs,
          }),
  };
}

/** Copies a bundle, so that a build during the measurement does not change it. */
async function keepBundle(file: string): Promise<{ entry: string; digest: string; bytes: number }> {
  const dist = dirname(resolve(file));
  const names = (await readdir(dist)).filter((name) => /\.(js|json)$/.test(name)).sort();
  const hash = createHash('sha256');
  let bytes = 0;
  for (const name of names) {
    const content = await readFile(join(dist, name));
    hash.update(content);
    bytes += content.length;
  }
  const digest = hash.digest('hex').slice(0, 8);
  const fill = async (folder: string): Promise<void> => {
    for (const name of names) await copyFile(join(dist, name), join(folder, name));
  };
  const folder = await install({ name: `bundle-${digest}`, fill }, benchCache);
  return { entry: join(folder, basename(file)), digest, bytes };
}

function uploadInputs({ source, route, destination, inputs }: Task): Record<string, string> {
  return {
    ...inputsFor(route),
    destination,
    path: source.path,
    'include-hidden-files': 'true',
    ...inputs,
  };
}

function downloadInputs({ route, destination, inputs }: Task, target: string): Record<string, string> {
  return { ...inputsFor(route), destination, path: target, ...inputs };
}

async function prepareRun(entry: string, inputs: Readonly<Record<string, string>>): Promise<PreparedCommand> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-runner-'));
  const [output, summary, temp] = [join(folder, 'output'), join(folder, 'summary'), join(folder, 'temp')];
  await Promise.all([writeFile(output, ''), writeFile(summary, ''), mkdir(temp)]);
  return {
    command: process.execPath,
    arguments: [entry],
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
