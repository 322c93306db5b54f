import { describe, expect, test } from '@jest/globals';

import { readRun } from '../../../../src/hosts/gitlab/run.ts';

const project = {
  CI_API_V4_URL: 'https://gitlab.example.org/api/v4',
  CI_COMMIT_SHA: 'aaaa',
  CI_JOB_ID: '11',
  CI_JOB_NAME: 'publish',
  CI_JOB_URL: 'https://gitlab.example.org/acme/site/-/jobs/11',
  CI_PIPELINE_SOURCE: 'push',
  CI_PROJECT_ID: '7',
  CI_PROJECT_PATH: 'acme/site',
  CI_PROJECT_URL: 'https://gitlab.example.org/acme/site',
  CI_PROJECT_VISIBILITY: 'public',
};

const mergeRequest = {
  ...project,
  CI_MERGE_REQUEST_IID: '3',
  CI_MERGE_REQUEST_PROJECT_ID: '7',
  CI_MERGE_REQUEST_PROJECT_PATH: 'acme/site',
  CI_MERGE_REQUEST_PROJECT_URL: 'https://gitlab.example.org/acme/site',
  CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '7',
};

describe('the run of a GitLab job', () => {
  test('has the pages of the job, of a commit and of a merge request', () => {
    const run = readRun(mergeRequest);
    expect(run).toMatchObject({
      apiUrl: 'https://gitlab.example.org/api/v4',
      url: project.CI_JOB_URL,
      label: 'acme/site, publish #11',
      workflow: 'publish',
      commit: 'aaaa',
      pull: 3,
      isPublic: true,
      isForFork: false,
      origin: {
        text: 'merge request !3 of acme/site',
        url: 'https://gitlab.example.org/acme/site/-/merge_requests/3',
      },
    });
    expect(run.commitUrl('beef')).toBe('https://gitlab.example.org/acme/site/-/commit/beef');
  });

  test('takes the commit of the branch, not the temporary merge commit, and the name of the pipeline', () => {
    const run = readRun({
      ...mergeRequest,
      CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: 'bbbb',
      CI_PIPELINE_NAME: 'Nightly',
    });
    expect([run.commit, run.workflow]).toEqual(['bbbb', 'Nightly']);
  });

  test('of a branch takes the first open merge request of its own project', () => {
    const pull = (list: string) => readRun({ ...project, CI_OPEN_MERGE_REQUESTS: list }).pull;
    expect(pull('acme/site!12,acme/site!13')).toBe(12);
    expect(pull('other/site!12,acme/site!13')).toBe(13);
    expect(pull('other/site!12')).toBeUndefined();
    expect(readRun(project).origin).toEqual({ text: 'a job of acme/site', url: project.CI_JOB_URL });
  });

  test.each([
    ['in the fork', { CI_PROJECT_ID: '9', CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '9' }],
    ['in the target project', { CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '9' }],
  ])('for a fork is known, if the pipeline runs %s', (_, changes) => {
    const run = readRun({ ...mergeRequest, ...changes });
    expect([run.isForFork, run.targetProjectId]).toEqual([true, '7']);
  });

  test.each([
    ['private', false],
    ['internal', false],
    ['public', true],
    ['', undefined],
  ])('of a project with the visibility %j', (visibility, isPublic) => {
    expect(readRun({ ...project, CI_PROJECT_VISIBILITY: visibility }).isPublic).toBe(isPublic);
  });

  test('without variables has no page', () => {
    expect(readRun({})).toMatchObject({ url: '', label: undefined, origin: undefined, pull: undefined });
  });
});
