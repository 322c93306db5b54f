/** Runs workflow files with `act`, without containers, in a copy of this checkout or of another one. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

import { clientApp, platformScope, workspaces } from '../../platform/catalogue.ts';
import type { Platform } from '../../platform/platform.ts';
import { installTool, toolPath } from '../../scripts/tools.ts';
import { commitAll, copyTracked } from './checkout.ts';
import { readLog, type WorkflowRun } from './log.ts';

// Not in a hook, because the first install takes longer than a hook's time limit.
installTool('act');

const fixtures = join(import.meta.dirname, 'fixtures');

export interface WorkflowOptions {
  /** Name of a file in `fixtures/`, or a path. */
  readonly workflow: string;
  /** Default `push`. */
  readonly event?: string;
  /** The event's payload, in the file of `GITHUB_EVENT_PATH`. */
  readonly payload?: object;
  /** `vars.*`. They override those of the platform. */
  readonly variables?: Readonly<Record<string, string>>;
  /** `secrets.*`. They override those of the platform. */
  readonly secrets?: Readonly<Record<string, string>>;
  /**
   * Gives the workflow `vars.ISSUER`, `vars.API_URL`, `vars.CLIENT_ID`, `vars.PLATFORMS`, `vars.WORKSPACE` and
   * `secrets.CLIENT_SECRET`.
   */
  readonly platform?: Platform;
  /**
   * Whether the job can request identity tokens, as with `permissions: id-token: write`. act ignores permissions, and passes the variables on.
   */
  readonly identity?: boolean;
  /** Whether the run has debug logging enabled. */
  readonly debug?: boolean;
  /** Environment of the runner and of every step. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders that replace repositories of actions, by the text in `uses:`, `owner/name@ref`. */
  readonly actions?: Readonly<Record<string, string>>;
  /** Fills the folder of the checkout. Default: the files that git tracks here. */
  readonly checkout?: (folder: string) => Promise<void>;
  /** Changes the copy of the checkout at a path, before it is committed. */
  readonly prepare?: (checkout: string) => Promise<void>;
}

/** Runs a workflow file, and returns the result. Throws only if act cannot run. */
export async function runWorkflow(options: WorkflowOptions): Promise<WorkflowRun> {
  const folder = await mkdtemp(join(tmpdir(), 'act-'));
  try {
    const checkout = join(folder, 'checkout');
    await (options.checkout ?? copyTracked)(checkout);
    await options.prepare?.(checkout);
    await commitAll(checkout);
    // Without a settings file, act asks which container images to use.
    await mkdir(join(folder, 'config', 'act'), { recursive: true });
    await writeFile(join(folder, 'config', 'act', 'actrc'), '');
    await writeFile(join(folder, 'event.json'), JSON.stringify(options.payload ?? {}));
    return await runAct(actArguments(options, folder), checkout, environment(folder));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function actArguments(options: WorkflowOptions, folder: string): string[] {
  const variables = { ...platformVariables(options.platform), ...options.variables };
  const secrets = { ...(options.platform && { CLIENT_SECRET: clientApp.secret }), ...options.secrets };
  const environment = {
    ...options.env,
    ...(options.identity === true && options.platform?.tokenService.environment),
    ...(options.debug === true && { RUNNER_DEBUG: '1' }),
  };
  return [
    options.event ?? 'push',
    ...['--workflows', resolve(fixtures, options.workflow)],
    ...['--eventpath', join(folder, 'event.json')],
    // This machine replaces both kinds of runners.
    ...['--platform', 'ubuntu-latest=-self-hosted', '--platform', 'self-hosted=-self-hosted'],
    ...['--action-cache-path', join(folder, 'actions')],
    '--no-cache-server',
    '--json',
    ...settings('--var', variables),
    ...settings('--secret', secrets),
    ...settings('--env', environment),
    ...settings('--local-repository', options.actions),
  ];
}

function settings(option: string, values: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(values).flatMap(([name, value]) => [option, `${name}=${value}`]);
}

function platformVariables(platform: Platform | undefined): Record<string, string> {
  if (!platform) return {};
  return {
    ISSUER: platform.issuer,
    API_URL: platform.apiUrl,
    CLIENT_ID: clientApp.id,
    PLATFORMS: platformScope,
    WORKSPACE: workspaces.main,
  };
}

// act passes its environment on to the steps, so it is minimal, with this Node.js as `node24`.
function environment(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    HOME: folder,
    TMPDIR: tmpdir(),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    ACT_DISABLE_VERSION_CHECK: '1',
  };
}

function runAct(args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<WorkflowRun> {
  const act = spawn(toolPath('act'), args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 280_000 });
  const output: Buffer[] = [];
  const trouble: Buffer[] = [];
  act.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  act.stderr.on('data', (chunk: Buffer) => trouble.push(chunk));
  return new Promise((resolve, reject) => {
    act.on('error', reject);
    act.on('close', (code, signal) => {
      const text = Buffer.concat([...output, ...trouble]).toString();
      resolve(readLog(text, code ?? `ended by ${signal ?? 'no signal'}`));
    });
  });
}
