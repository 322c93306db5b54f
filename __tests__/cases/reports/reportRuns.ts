import { beforeEach, expect } from '@jest/globals';

import { buckets } from '../../../platform/catalogue.ts';
import type { Github, Pull } from '../../../platform/github/github.ts';
import type { RunnerResult } from '../../../platform/runner.ts';
import { commit, githubVariables, pullRequestEvent } from '../../support/githubEvent.ts';
import { folderWith } from '../../support/folder.ts';
import { errorOf, runSubject, type Subject, warningsOf } from '../../support/subject.ts';

const pull: Pull = { number: 7, state: 'open', owner: 'example', branch: 'patch', sha: commit };

export const deployments = 'post /repos/{owner}/{repo}/deployments';
export const statuses = 'post /repos/{owner}/{repo}/deployments/{deployment_id}/statuses';
export const comments = 'get /repos/{owner}/{repo}/issues/{issue_number}/comments';

/** Warnings, except those about link expiry and about runs for forks. */
export function reportWarnings(run: RunnerResult): string[] {
  return warningsOf(run).filter(
    (warning) => !/^(?:The links in the comment, deployment or release|This run is for a fork)/.test(warning),
  );
}

/** The action under test, with a GitHub stand-in. */
export type ReportRuns = () => Subject & { readonly github: Github };

/** Set-up of the cases: an empty repository with one pull request, and runs of the actions in it. */
export function reportRuns(subject: ReportRuns) {
  const github = () => subject().github;

  async function upload(
    inputs: Readonly<Record<string, string>>,
    event: { readonly name: string; readonly payload: object; readonly env?: Record<string, string> } = {
      name: 'pull_request',
      payload: pullRequestEvent(7),
    },
    files: Readonly<Record<string, string>> = { 'index.html': '<h1>home</h1>', 'a.css': 'p{}' },
  ): Promise<RunnerResult> {
    return runSubject(
      subject(),
      'upload',
      { path: '.', destination: 'reports', 'github-token': github().token, ...inputs },
      { cwd: folderWith(files), env: githubVariables(github(), event.name, event.payload, event.env) },
    );
  }

  /** Runs that must succeed without warnings. */
  async function succeed(...args: Parameters<typeof upload>): Promise<RunnerResult> {
    const run = await upload(...args);
    expect([run.exitCode, errorOf(run), reportWarnings(run)]).toEqual([0, '', []]);
    expect(github().violations).toEqual([]);
    return run;
  }

  beforeEach(async () => {
    await subject().platform.store.clear(buckets.outputs);
    github().reset();
    github().pulls.push(pull);
  });

  return { github, upload, succeed };
}
