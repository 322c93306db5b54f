import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { buckets, clientApp, sharedFolders, workspaces } from '../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { storedFiles } from '../support/subject.ts';
import { runWorkflow, type WorkflowOptions } from './act.ts';
import type { WorkflowRun } from './log.ts';
import { hiddenForms } from './masking.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
});

afterAll(() => platform.stop());

beforeEach(() => platform.store.clear(buckets.outputs));

/** Runs a workflow that must succeed. Otherwise, its log is in the error. */
async function succeed(options: WorkflowOptions): Promise<WorkflowRun> {
  const run = await runWorkflow({ ...options, platform });
  if (run.exitCode !== 0) throw new Error(`${options.workflow} failed:\n${run.log}`);
  return run;
}

function storedKeys(): Promise<string[]> {
  return storedFiles(platform, '').then((objects) => objects.map(({ key }) => key));
}

describe('a workflow that uploads', () => {
  test('passes a working link to the next step', async () => {
    const run = await succeed({ workflow: 'upload.yml' });
    const { outputs, summary } = run.step('publish', 'upload');
    expect(await storedKeys()).toEqual([
      'ci/act/upload/assets/style.css',
      'ci/act/upload/data sets/tile 1+2.bin',
      'ci/act/upload/index.html',
    ]);
    expect(outputs['file-count']).toBe('3');
    expect(outputs['s3-uri']).toBe(`s3://${buckets.outputs}/ci/act/upload/`);
    expect(Date.parse(outputs['expires-at'] ?? '')).toBeGreaterThan(Date.now());
    expect(summary).toContain('index.html');
  });

  test('outputs a link for each file, and each opens the stored bytes', async () => {
    const run = await succeed({ workflow: 'upload.yml' });
    const urls = JSON.parse(run.step('publish', 'upload').outputs['urls'] ?? '') as Record<string, string>;
    expect(Object.keys(urls).sort()).toEqual(['assets/style.css', 'data sets/tile 1+2.bin', 'index.html']);
    for (const [path, url] of Object.entries(urls)) {
      const answer = await fetch(url);
      expect(answer.status).toBe(200);
      const { body } = await platform.store.get(buckets.outputs, `ci/act/upload/${path}`);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(body);
    }
  });

  test('passes a link from one job to the next, which opens it', async () => {
    const run = await succeed({ workflow: 'jobs.yml' });
    expect(run.step('check', 'open').result).toBe('success');
  });

  test('a hosted runner would not drop that link from the job outputs', async () => {
    const run = await succeed({ workflow: 'jobs.yml' });
    const { url = '' } = run.step('publish', 'upload').outputs;
    expect(url).toMatch(/^http/);
    expect(run.masks.length).toBeGreaterThan(0);
    const hidden = [...run.masks, clientApp.secret].flatMap(hiddenForms);
    expect(hidden.filter((form) => url.includes(form))).toEqual([]);
  });

  test('fails for an unknown workspace, and suggests the right one', async () => {
    const variables = { WORKSPACE: workspaces.main.replace('build', 'biuld') };
    const run = await runWorkflow({ workflow: 'upload.yml', platform, variables });
    expect(run.exitCode).toBe(1);
    expect(run.step('publish', 'upload').result).toBe('failure');
    const [error] = run.annotations.filter(({ level }) => level === 'error');
    expect(error?.message).toContain(variables.WORKSPACE);
    expect(error?.message).toContain(workspaces.main);
    expect(await storedKeys()).toEqual([]);
  });

  test('shows no secret in its log', async () => {
    const run = await runWorkflow({ workflow: 'upload.yml', platform, variables: { WORKSPACE: 'none' } });
    expect(run.masks.length).toBeGreaterThan(1);
    for (const secret of [clientApp.secret, ...run.masks]) expect(run.log).not.toContain(secret);
  });
});

describe('a workflow that lists workspaces', () => {
  test('gets the account and its workspaces', async () => {
    const run = await succeed({ workflow: 'workspaces.yml' });
    expect(run.step('look', 'list').outputs['user']).not.toBe('');
    const names = run.step('look', 'names').outputs['names']?.split(' ');
    expect(names).toEqual(expect.arrayContaining([workspaces.main, workspaces.ftp, sharedFolders.atlas]));
  });
});
