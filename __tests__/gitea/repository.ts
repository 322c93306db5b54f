import type { Gitea, GiteaApi } from '../../platform/gitea/server.ts';
import { type Runner, type Task, registerRunner } from '../../platform/gitea/runner.ts';

export interface Comment {
  readonly id: number;
  readonly body: string;
  readonly user: { readonly login: string };
}

/** A repository with one workflow, which runs for pull requests. */
export interface Repository {
  readonly name: string;
  /** URL of its page. */
  readonly url: string;
  readonly api: GiteaApi;
  /** Opens a pull request and gets its job. @returns the pull request's number, and the job */
  openPull(branch: string): Promise<{ readonly number: number; readonly task: Task }>;
  /** Pushes to a pull request and gets its job. */
  push(branch: string): Promise<Task>;
  /** The same from a fork by another user with write access to the repository. */
  openForkPull(user: string): Promise<{ readonly number: number; readonly task: Task }>;
  comments(pull: number): Promise<Comment[]>;
}

/** @param permissions lines of the workflow below `permissions:`; empty for the defaults */
const workflow = (permissions: string) => `
name: Pages
on: pull_request
${permissions}
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: make site
`;

/** Creates repositories, and gets their jobs with one runner. */
export async function repositories(gitea: Gitea) {
  const runner = await registerRunner(gitea);
  return {
    runner,
    create: (name: string, { permissions = '', isPrivate = false } = {}) =>
      create(gitea, runner, { name, isPrivate, file: workflow(permissions) }),
  };
}

async function create(
  gitea: Gitea,
  runner: Runner,
  { name, file, isPrivate }: { readonly name: string; readonly file: string; readonly isPrivate: boolean },
): Promise<Repository> {
  const { api, url, createUser, apiAs } = gitea;
  const path = `/repos/root/${name}`;
  await api('POST', '/user/repos', { name, auto_init: true, default_branch: 'main', private: isPrivate });
  await write(api, path, '.gitea/workflows/pages.yaml', file, { branch: 'main' });
  const openPull = async (from: GiteaApi, fork: string, branch: string, head: string) => {
    await write(from, fork, `${branch}.txt`, branch, { branch: 'main', new_branch: branch });
    const { number } = await api<{ number: number }>('POST', `${path}/pulls`, {
      title: branch,
      head,
      base: 'main',
    });
    return { number, task: await runner.nextTask() };
  };
  return {
    name: `root/${name}`,
    url: `${url}/root/${name}`,
    api,
    openPull: (branch) => openPull(api, path, branch, branch),
    push: async (branch) => {
      await write(api, path, `${branch}-${Date.now()}.txt`, branch, { branch });
      return runner.nextTask();
    },
    openForkPull: async (user) => {
      const as = apiAs(await createUser(user));
      // Gitea holds back the jobs of other users until somebody approves them.
      await api('PUT', `${path}/collaborators/${user}`, { permission: 'write' });
      await as('POST', `${path}/forks`, {});
      return openPull(as, `/repos/${user}/${name}`, 'fix', `${user}:fix`);
    },
    comments: (pull) => api('GET', `${path}/issues/${pull}/comments`),
  };
}

async function write(
  api: GiteaApi,
  repository: string,
  file: string,
  text: string,
  place: { readonly branch: string; readonly new_branch?: string },
): Promise<void> {
  await api('POST', `${repository}/contents/${file}`, {
    ...place,
    content: Buffer.from(text).toString('base64'),
    message: `Add ${file}`,
  });
}
