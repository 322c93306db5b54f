/**
 * Runs the files in `examples/gitlab/` with gitlab-ci-local, without containers. Its environment is different from GitLab's:
 *
 * - The components are this checkout's. GitLab would download them from the address in `remote:`.
 * - The package is this checkout's, made with `npm pack`, and the URLs are those of the embedded platform.
 * - GitLab's API and the tokens of `id_tokens:` come from the stand-in. gitlab-ci-local creates no tokens.
 * - The checkout is the small repository in `project/`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

import { gitlabApp, workspaces } from '../../platform/catalogue.ts';
import type { Gitlab } from '../../platform/gitlab/gitlab.ts';
import type { Platform } from '../../platform/platform.ts';
import { run } from '../../platform/real/command.ts';
import { gitlabRunner, missingTool } from '../../scripts/gitlabRunner.ts';
import { commitAll } from './checkout.ts';

const root = resolve(import.meta.dirname, '../..');

/** A repository with an example as its pipeline. */
export interface Project extends AsyncDisposable {
  readonly folder: string;
  /** Runs jobs, and the jobs that they need. @param jobs names of jobs */
  readonly run: (jobs: readonly string[], settings: PipelineSettings) => Promise<JobRun>;
}

export interface PipelineSettings {
  /** IID of the merge request; undefined for a pipeline of a branch or tag. */
  readonly pull: number | undefined;
  /** Added to the variables of the stand-in. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface JobRun {
  readonly exitCode: number | null;
  readonly log: string;
}

/** Packs the command as `npm publish` does. @returns path of the package */
export async function packCommand(folder: string): Promise<string> {
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
  await run('npm', pack, { folder: root, environment: process.env, needs: 'npm' });
  const [name = ''] = (await readdir(folder)).filter((file) => file.endsWith('.tgz'));
  return join(folder, name);
}

/**
 * Creates a repository with an example as its pipeline.
 * @param example name of a file in `examples/gitlab/`
 * @param packed path of the command's package
 */
export async function openProject(
  example: string,
  packed: string,
  { gitlab, platform }: { readonly gitlab: Gitlab; readonly platform: Platform },
): Promise<Project> {
  const missing = missingTool();
  if (missing !== undefined) throw new Error(missing);
  const folder = await mkdtemp(join(tmpdir(), 'gitlab-project-'));
  await cp(join(import.meta.dirname, 'project'), folder, { recursive: true });
  await cp(join(root, 'templates'), join(folder, 'templates'), { recursive: true });
  const text = await readFile(join(root, 'examples', 'gitlab', example), 'utf8');
  await writeFile(join(folder, '.gitlab-ci.yml'), withLocalComponents(text, packed, platform));
  await mkdir(join(folder, 'home'));
  await writeFile(join(folder, '.gitignore'), 'home\n.gitlab-ci-local\n');
  await commitAll(folder);
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: folder, encoding: 'utf8' }).trim();
  return {
    folder,
    run: async (jobs, settings) => {
      const given = await variables(gitlab, platform, settings);
      return runJobs(jobs, folder, { ...given, CI_COMMIT_SHA: commit });
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Replaces the address of each component by the one of this commit, and adds the inputs that are different here. */
function withLocalComponents(text: string, packed: string, { issuer, apiUrl }: Platform): string {
  const remote = /- remote: \S+\/templates\/(\w+)\.yml\n( +)inputs:\n/g;
  const replaced = text.replaceAll(
    remote,
    (_, name: string, indent: string) =>
      `- component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/${name}@$CI_COMMIT_SHA\n${indent}inputs:\n${[
        `package: ${packed}`,
        `issuer: ${issuer}`,
        `api-url: ${apiUrl}`,
      ]
        .map((line) => `${indent}  ${line}\n`)
        .join('')}`,
  );
  if (replaced === text) throw new Error('the example includes no component');
  return replaced;
}

async function variables(
  gitlab: Gitlab,
  platform: Platform,
  { pull, variables: others }: PipelineSettings,
): Promise<Record<string, string>> {
  return {
    ...gitlab.variables(pull),
    TERRAPI_CLIENT_ID: gitlabApp.id,
    TERRAPI_WORKSPACE: workspaces.main,
    TERRAPI_ID_TOKEN: await gitlab.idToken(platform.issuer),
    TERRAPI_ID_TOKEN_2: await gitlab.idToken(platform.issuer),
    GITLAB_TOKEN: gitlab.token,
    ...others,
  };
}

async function runJobs(
  jobs: readonly string[],
  folder: string,
  given: Readonly<Record<string, string>>,
): Promise<JobRun> {
  const args = [
    ...jobs,
    ...['--needs', '--force-shell-executor', '--shell-isolation', '--no-artifacts-to-source'],
    ...Object.entries(given).flatMap(([name, value]) => ['--variable', `${name}=${value}`]),
  ];
  const home = join(folder, 'home');
  const child = spawn(process.execPath, [await gitlabRunner(), ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: home,
      npm_config_cache: join(home, 'npm'),
      npm_config_offline: 'true',
    },
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  const exitCode = await new Promise<number | null>((done, failed) => {
    child.on('error', failed).on('close', done);
  });
  return { exitCode, log: chunks.join('') };
}
