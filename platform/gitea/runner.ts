/**
 * A minimal runner of Gitea Actions. It gets tasks from Gitea with the job's real token and context. Gitea's own runner is not published as a Go
 * module. The protocol is Connect with JSON (code.gitea.io/actions-proto-go, service `runner.v1.RunnerService`).
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Gitea } from './server.ts';

/** A job that Gitea assigned to the runner. */
export interface Task {
  readonly id: string;
  /** The context `github` of the job. */
  readonly context: TaskContext;
}

/** The fields of the context that a step's environment needs. */
export interface TaskContext {
  readonly token: string;
  readonly event: object;
  readonly [name: string]: string | object;
}

export interface Runner {
  /** Waits until Gitea assigns a job, and gets it. */
  nextTask(): Promise<Task>;
  /** Sends the log and the result of a task. */
  finish(task: Task, log: string, success: boolean): Promise<void>;
}

const service = '/api/actions/runner.v1.RunnerService';

/** Registers a runner for all repositories, with the label `ubuntu-latest`. */
export async function registerRunner({ url, api }: Gitea): Promise<Runner> {
  const { token } = await api<{ token: string }>('POST', '/admin/actions/runners/registration-token');
  let identity: Record<string, string> = {};
  const call = async <T>(method: string, message: object): Promise<T> => {
    const response = await fetch(`${url}${service}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'connect-protocol-version': '1', ...identity },
      body: JSON.stringify(message),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Gitea answered ${response.status} to ${method}: ${text}`);
    return JSON.parse(text) as T;
  };
  const version = 'v1.0.0';
  const labels = ['ubuntu-latest'];
  const { runner } = await call<{ runner: { uuid: string; token: string } }>('Register', {
    name: 'tests',
    token,
    version,
    labels,
  });
  identity = { 'x-runner-uuid': runner.uuid, 'x-runner-token': runner.token };
  await call('Declare', { version, labels });
  return {
    nextTask: async () => {
      // Gitea creates the jobs of an event in the background.
      for (let attempt = 1; attempt <= 600; attempt += 1) {
        const { task } = await call<{ task?: Task }>('FetchTask', { tasksVersion: '0' });
        if (task) return task;
        await sleep(100);
      }
      throw new Error('Gitea assigned no job within 60 s');
    },
    finish: async ({ id }, log, success) => {
      const now = new Date().toISOString();
      const rows = log.split('\n').map((content) => ({ time: now, content }));
      await call('UpdateLog', { taskId: id, index: '0', rows, noMore: true });
      const result = success ? 'RESULT_SUCCESS' : 'RESULT_FAILURE';
      await call('UpdateTask', { state: { id, result, startedAt: now, stoppedAt: now }, outputs: {} });
    },
  };
}

/**
 * The environment variables of a step, as Gitea's runner sets them from the task's context (gitea.com/gitea/act, `withGithubEnv`).
 * @param eventFile path of a file with the event as JSON
 */
export function stepVariables({ context }: Task, eventFile: string): Record<string, string> {
  const names = [
    'actor',
    'api_url',
    'base_ref',
    'event_name',
    'head_ref',
    'job',
    'ref',
    'ref_name',
    'ref_type',
    'repository',
    'repository_owner',
    'run_attempt',
    'run_id',
    'run_number',
    'server_url',
    'sha',
    'token',
    'workflow',
  ];
  return {
    CI: 'true',
    GITEA_ACTIONS: 'true',
    GITEA_ACTIONS_RUNNER_VERSION: 'v1.0.0',
    GITHUB_EVENT_PATH: eventFile,
    ...Object.fromEntries(names.map((name) => [`GITHUB_${name.toUpperCase()}`, textOf(context[name])])),
  };
}

function textOf(value: string | object | undefined): string {
  return typeof value === 'string' ? value : '';
}
