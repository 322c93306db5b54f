/**
 * Runs the files in `examples/` with act as they are, to the byte. What makes them run here is all around them:
 *
 * - `uses: terradue/upload-to-workspace@v1` is a copy of this checkout's actions (act's `--local-repository`). In the copy the platform's
 *   inputs have other *defaults*, the embedded platform's addresses, since an example rightly names none;
 * - GitHub's token service is the embedded platform's, where the file's `permissions:` let a job ask for identity tokens;
 * - GitHub's API is the stand-in, by `GITHUB_API_URL` and the token, and the token may do what the file's `permissions:` say;
 * - `vars.*` and `secrets.*` are those of README's 'What you need'; without a secret it is a pull request from a fork;
 * - the repository that is checked out is the small one in `project/`;
 * - `actions/upload-artifact` and `download-artifact` are two small ones of the same inputs, with a folder between them.
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

/** What becomes of one or more examples, run one after the other on the same platform and the same repository of GitHub's. */
export interface Story {
  /** What it shows; the name of the test. */
  readonly name: string;
  /** A platform with certificates of its own, which then is not the one that the actions know by their defaults. */
  readonly tls?: 'private-ca';
  /** What is on GitHub before. */
  readonly before?: (github: Github) => void;
  readonly plays: readonly Play[];
}

/** One run of an example. */
export interface Play {
  /** Name of the file in `examples/`. */
  readonly file: string;
  /** Name of the event. */
  readonly on: string;
  /** The event's payload. */
  readonly payload: object;
  /** Whether the run gets no secrets and a token that may only read, as from a fork. */
  readonly fork?: boolean;
  /** Beside those of the platform. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Environment of the runner. */
  readonly env?: Readonly<Record<string, string>>;
  /** Changes the checkout, given its path. */
  readonly prepare?: (checkout: string) => Promise<void>;
  /** Whether the run is meant to fail. */
  readonly fails?: boolean;
  /** Looks at what came of it. */
  readonly then: (seen: Seen) => void | Promise<void>;
}

export interface Seen {
  readonly run: WorkflowRun;
  readonly platform: Platform;
  readonly github: Github;
  /** Keys below the workspace's prefix, without those of the pages that the action makes. */
  readonly stored: () => Promise<string[]>;
}

/** Plays a story; throws with the log of the run where it does not go as it should. */
export async function playStory({ tls, before, plays }: Story, github: Github): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const platform = await startEmbeddedPlatform(tls && { tls });
  cleanup.defer(() => platform.stop());
  const place = await mkdtemp(join(tmpdir(), 'examples-'));
  cleanup.defer(() => rm(place, { recursive: true, force: true, maxRetries: 3 }));
  await copyActions(join(place, 'actions'), tls ? undefined : platform);
  github.reset();
  before?.(github);
  for (const play of plays) {
    const run = await runExample(play, platform, github, place);
    if ((run.exitCode !== 0) !== (play.fails ?? false))
      throw new Error(`${play.file} ${play.fails ? 'was to fail' : 'failed'}:\n${run.log}`);
    const stored = () =>
      storedFiles(platform, 'ci/').then((objects) => objects.map(({ key }) => key.slice('ci/'.length)));
    try {
      await play.then({ run, platform, github, stored });
    } catch (error) {
      throw new Error(`${play.file} did not do what it should:\n${run.log}`, { cause: error });
    }
    if (github.violations.length > 0)
      throw new Error(
        `${play.file}: GitHub was asked for what it does not know: ${github.violations.join('; ')}`,
      );
  }
}

async function runExample(
  play: Play,
  platform: Platform,
  github: Github,
  place: string,
): Promise<WorkflowRun> {
  const file = join(folder, play.file);
  const text = await readFile(file, 'utf8');
  Object.assign(github.permissions, play.fork ? readOnly : permissionsOf(text));
  return runWorkflow({
    workflow: file,
    event: play.on,
    payload: play.payload,
    variables: {
      TERRAPI_CLIENT_ID: clientApp.id,
      TERRAPI_WORKSPACE: workspaces.main,
      TERRAPI_ISSUER: platform.issuer,
      TERRAPI_API_URL: platform.apiUrl,
      ...(platform.caCertificate && { TERRAPI_CA_CERTIFICATES: platform.caCertificate }),
      ...play.variables,
    },
    secrets: {
      GITHUB_TOKEN: github.token,
      ...(!play.fork && { TERRAPI_CLIENT_SECRET: clientApp.secret }),
    },
    env: {
      GITHUB_API_URL: github.apiUrl,
      ARTIFACTS: join(place, 'artifacts'),
      ...(!play.fork && mayShowIdentity(text) && platform.tokenService.environment),
      ...play.env,
    },
    actions: actionsIn(text, join(place, 'actions')),
    checkout: (checkout) => cp(join(import.meta.dirname, 'project'), checkout, { recursive: true }),
    ...(play.prepare && { prepare: play.prepare }),
  });
}

/** What is below `uses:`, and where it is here. */
function actionsIn(workflow: string, own: string): Record<string, string> {
  const folders: Readonly<Record<string, string>> = {
    'terradue/upload-to-workspace': own,
    'actions/upload-artifact': join(artifacts, 'upload'),
    'actions/download-artifact': join(artifacts, 'download'),
  };
  const found = [...workflow.matchAll(/uses: ([\w.-]+\/[\w.-]+)\S*@(\S+)/g)].flatMap(
    ([, name = '', ref = '']) => {
      const at = folders[name];
      return at === undefined ? [] : [[`${name}@${ref}`, at] as const];
    },
  );
  return Object.fromEntries(found);
}

/** The four actions and what they run; with a platform, its addresses are the defaults of their inputs. */
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

/** What each job of a file may do; GitHub gives one that says nothing what the file says. */
function grantedBy(workflow: string): Granted[] {
  const { permissions = {}, jobs } = parse(workflow) as {
    permissions?: Granted;
    jobs: Readonly<Record<string, { permissions?: Granted }>>;
  };
  return Object.values(jobs).map((job) => job.permissions ?? permissions);
}

/** Whether a job may ask for identity tokens. */
function mayShowIdentity(workflow: string): boolean {
  return grantedBy(workflow).some((granted) => granted['id-token'] === 'write');
}

/** What the jobs of a file may do, all of them taken together. */
function permissionsOf(workflow: string): Github['permissions'] {
  const granted = grantedBy(workflow);
  const most = (name: string) => {
    const levels = granted.map((one) => one[name]);
    return levels.includes('write') ? 'write' : levels.includes('read') ? 'read' : 'none';
  };
  return { pulls: most('pull-requests'), deployments: most('deployments'), contents: most('contents') };
}

/** Opens a link as anybody would. @throws when it does not open */
export async function open(url: string | undefined): Promise<string> {
  const answer = await fetch(url ?? '');
  if (!answer.ok) throw new Error(`The link answers ${answer.status}: ${await answer.text()}`);
  return answer.text();
}

/** The first link with this text in Markdown that the action wrote. */
export function linkIn(markdown: string | null | undefined, text: string): string {
  const [, url] = new RegExp(`\\[${text}\\]\\(<([^>]+)>\\)`).exec(markdown ?? '') ?? [];
  if (url === undefined) throw new Error(`There is no link "${text}" in\n${markdown ?? ''}`);
  return url;
}
