/**
 * Runs the unmodified files in `examples/` with act. Their environment is different from GitHub's:
 *
 * - `uses: terradue/upload-to-workspace@v1` is a copy of this checkout's actions (act's `--local-repository`). In the copy, the *defaults* of the
 *   platform's inputs are the URLs of the embedded platform, because the examples contain none.
 * - The token service is that of the embedded platform, if the file's `permissions:` allow identity tokens.
 * - GitHub's API is the stand-in. The token has the file's `permissions:`.
 * - `vars.*` and `secrets.*` are those of 'What you need' in the README. Without a secret, the run is for a pull request from a fork.
 * - The checkout is the small repository in `project/`.
 * - `actions/upload-artifact` and `download-artifact` are two small actions with the same inputs and a common folder.
 * - `actions/attest` is a small action that writes the same statement without a signature.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { parse, parseDocument } from 'yaml';

import { clientApp, workspaces } from '../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Github } from '../../platform/github/github.ts';
import type { Platform } from '../../platform/platform.ts';
import { actionFiles } from '../../scripts/tables.ts';
import { storedFiles } from '../support/subject.ts';
import { runWorkflow } from './act.ts';
import { copyTracked } from './checkout.ts';
import type { WorkflowRun } from './log.ts';

const folder = resolve(import.meta.dirname, '../../examples');
const artifacts = join(import.meta.dirname, 'fixtures', 'artifacts');

/** A test of one or more examples, run one after the other on the same platform and the same GitHub repository. */
export interface Scenario {
  /** Name of the test. */
  readonly name: string;
  /** A platform with private certificates. It is not the one in the defaults of the inputs. */
  readonly tls?: 'private-ca';
  /** Prepares the GitHub repository. */
  readonly before?: (github: Github) => void;
  readonly runs: readonly ExampleRun[];
}

/** One run of an example. */
export interface ExampleRun {
  /** Name of the file in `examples/`. */
  readonly file: string;
  /** Name of the event. */
  readonly on: string;
  /** The event's payload. */
  readonly payload: object;
  /** Whether the run has no secrets and a read-only token, as from a fork. */
  readonly fork?: boolean;
  /** Added to those of the platform. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Environment of the runner. */
  readonly env?: Readonly<Record<string, string>>;
  /** Changes the checkout at a path. */
  readonly prepare?: (checkout: string) => Promise<void>;
  /** Whether the run must fail. */
  readonly fails?: boolean;
  /** Checks the result. */
  readonly then: (seen: ExampleResult) => void | Promise<void>;
}

export interface ExampleResult {
  readonly run: WorkflowRun;
  readonly platform: Platform;
  readonly github: Github;
  /** Keys below the workspace's prefix, without generated pages. */
  readonly stored: () => Promise<string[]>;
}

/** Runs a scenario. Throws an error with the log of the run that did not succeed. */
export async function runScenario({ tls, before, runs }: Scenario, github: Github): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const platform = await startEmbeddedPlatform(tls && { tls });
  cleanup.defer(() => platform.stop());
  const place = await mkdtemp(join(tmpdir(), 'examples-'));
  cleanup.defer(() => rm(place, { recursive: true, force: true, maxRetries: 3 }));
  await copyActions(join(place, 'actions'), tls ? undefined : platform);
  github.reset();
  before?.(github);
  for (const example of runs) {
    const run = await runExample(example, platform, github, place);
    if ((run.exitCode !== 0) !== (example.fails ?? false))
      throw new Error(`${example.file} ${example.fails ? 'should have failed' : 'failed'}:\n${run.log}`);
    const stored = () =>
      storedFiles(platform, 'ci/').then((objects) => objects.map(({ key }) => key.slice('ci/'.length)));
    try {
      await example.then({ run, platform, github, stored });
    } catch (error) {
      throw new Error(`${example.file}: unexpected result:\n${run.log}`, { cause: error });
    }
    if (github.violations.length > 0)
      throw new Error(`${example.file}: invalid requests to GitHub: ${github.violations.join('; ')}`);
  }
}

async function runExample(
  example: ExampleRun,
  platform: Platform,
  github: Github,
  place: string,
): Promise<WorkflowRun> {
  const file = join(folder, example.file);
  const text = await readFile(file, 'utf8');
  Object.assign(github.permissions, example.fork ? readOnly : permissionsOf(text));
  return runWorkflow({
    workflow: file,
    event: example.on,
    payload: example.payload,
    variables: {
      TERRAPI_CLIENT_ID: clientApp.id,
      TERRAPI_WORKSPACE: workspaces.main,
      TERRAPI_ISSUER: platform.issuer,
      TERRAPI_API_URL: platform.apiUrl,
      ...(platform.caCertificate && { TERRAPI_CA_CERTIFICATES: platform.caCertificate }),
      ...example.variables,
    },
    secrets: {
      GITHUB_TOKEN: github.token,
      ...(!example.fork && { TERRAPI_CLIENT_SECRET: clientApp.secret }),
    },
    env: {
      GITHUB_API_URL: github.apiUrl,
      ARTIFACTS: join(place, 'artifacts'),
      ...(!example.fork && mayRequestIdentityToken(text) && platform.tokenService.environment),
      ...example.env,
    },
    actions: actionsIn(text, join(place, 'actions')),
    checkout: (checkout) => cp(join(import.meta.dirname, 'project'), checkout, { recursive: true }),
    ...(example.prepare && { prepare: example.prepare }),
  });
}

/** Replacements for the repositories in `uses:`. */
function actionsIn(workflow: string, own: string): Record<string, string> {
  const folders: Readonly<Record<string, string>> = {
    'terradue/upload-to-workspace': own,
    'actions/upload-artifact': join(artifacts, 'upload'),
    'actions/download-artifact': join(artifacts, 'download'),
    'actions/attest': join(import.meta.dirname, 'fixtures', 'attest'),
  };
  const found = [...workflow.matchAll(/uses: ([\w.-]+\/[\w.-]+)\S*@(\S+)/g)].flatMap(
    ([, name = '', ref = '']) => {
      const at = folders[name];
      return at === undefined ? [] : [[`${name}@${ref}`, at] as const];
    },
  );
  return Object.fromEntries(found);
}

/** Copies the actions and their bundle. With a platform, its URLs become the defaults of their inputs. */
async function copyActions(target: string, platform: Platform | undefined): Promise<void> {
  await copyTracked(target, 'dist', ...actionFiles);
  if (!platform) return;
  await mkdir(target, { recursive: true });
  for (const name of actionFiles) {
    const file = join(target, name);
    const action = parseDocument(await readFile(file, 'utf8'));
    for (const [input, value] of [
      ['issuer', platform.issuer],
      ['api-url', platform.apiUrl],
    ] as const) {
      if (!action.hasIn(['inputs', input, 'default']))
        throw new Error(`${name} has no default for '${input}'`);
      action.setIn(['inputs', input, 'default'], value);
    }
    await writeFile(file, action.toString());
  }
}

const readOnly: Github['permissions'] = { pulls: 'read', deployments: 'read', contents: 'read' };

type Granted = Readonly<Record<string, string>>;

/** The permissions of each job. A job without its own has those of the file. */
function grantedBy(workflow: string): Granted[] {
  const { permissions = {}, jobs } = parse(workflow) as {
    permissions?: Granted;
    jobs: Readonly<Record<string, { permissions?: Granted }>>;
  };
  return Object.values(jobs).map((job) => job.permissions ?? permissions);
}

/** Whether a job can request identity tokens. */
function mayRequestIdentityToken(workflow: string): boolean {
  return grantedBy(workflow).some((granted) => granted['id-token'] === 'write');
}

/** The permissions of all jobs of a file together. */
function permissionsOf(workflow: string): Github['permissions'] {
  const granted = grantedBy(workflow);
  const most = (name: string) => {
    const levels = granted.map((one) => one[name]);
    return levels.includes('write') ? 'write' : levels.includes('read') ? 'read' : 'none';
  };
  return { pulls: most('pull-requests'), deployments: most('deployments'), contents: most('contents') };
}

/** Opens a link. @throws if the status is not 200 */
export async function open(url: string | undefined): Promise<string> {
  const answer = await fetch(url ?? '');
  if (!answer.ok) throw new Error(`The link answers ${answer.status}: ${await answer.text()}`);
  return answer.text();
}

/** The first link with this text in Markdown. */
export function linkIn(markdown: string | null | undefined, text: string): string {
  const [, url] = new RegExp(`\\[${text}\\]\\(<([^>]+)>\\)`).exec(markdown ?? '') ?? [];
  if (url === undefined) throw new Error(`No link "${text}" in\n${markdown ?? ''}`);
  return url;
}
