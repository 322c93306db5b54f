import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Gitlab } from '../../platform/gitlab/gitlab.ts';
import { startGitlab } from '../../platform/gitlab/server.ts';
import type { Platform } from '../../platform/platform.ts';
import { type JobRun, type Project, openProject, packCommand } from './gitlab.ts';

const mergeRequest = {
  iid: 7,
  sourceProjectId: 7,
  branch: 'patch',
  sha: 'c0ffee0123456789c0ffee0123456789c0ffee01',
};

describe('the components for GitLab', () => {
  let gitlab: Gitlab;
  let platform: Platform;
  let folder: string;
  let packed: string;

  beforeAll(async () => {
    gitlab = await startGitlab();
    platform = await startEmbeddedPlatform({ gitlab: gitlab.authority });
    folder = await mkdtemp(join(tmpdir(), 'gitlab-package-'));
    packed = await packCommand(folder);
  });

  afterAll(async () => {
    await gitlab.stop();
    await platform.stop();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    gitlab.reset();
    gitlab.mergeRequests.push(mergeRequest);
    await platform.store.clear(buckets.outputs);
  });

  const open = (example: string) => openProject(example, packed, { gitlab, platform });

  function expectSuccess({ exitCode, log }: JobRun): void {
    if (exitCode !== 0) throw new Error(`The pipeline failed:\n${log}`);
    expect(gitlab.violations).toEqual([]);
    // Everybody who may see the project may read the log.
    expect(log).not.toMatch(/X-Amz-|eyJ[\w-]+\.eyJ/);
    for (const secret of [gitlab.token, gitlab.jobToken]) expect(log).not.toContain(secret);
  }

  const stored = async () =>
    (await platform.store.list(buckets.outputs, 'ci/'))
      .map(({ key }) => key)
      .filter((key) => !key.includes('/_'));

  test('publish a merge request: one note, updated by the second pipeline, and removal at the end', async () => {
    await using project = await open('merge-request.yml');
    expectSuccess(await project.run(['preview'], { pull: 7 }));
    expect(await stored()).toEqual(['ci/previews/mr-7/assets/style.css', 'ci/previews/mr-7/index.html']);
    const [first] = gitlab.notes.map(({ body }) => body);
    const link = /\]\(<(http[^>]+)>\)/.exec(first ?? '')?.[1] ?? '';
    expect((await fetch(link)).status).toBe(200);
    expect(await dotenvOf(project)).toMatchObject({
      TERRAPI_FILE_COUNT: '2',
      TERRAPI_UPLOADED_COUNT: '2',
      TERRAPI_S3_URI: 's3://gep-build-outputs/ci/previews/mr-7/',
      TERRAPI_COMMENT_ID: String(gitlab.notes[0]?.id),
      TERRAPI_EXPIRES_AT: expect.stringMatching(/^20\S+Z$/),
      TERRAPI_URL: link,
      TERRAPI_ENVIRONMENT_URL: `${gitlab.url}/example/site/-/jobs/11`,
    });

    const second = await project.run(['preview'], { pull: 7 });
    expectSuccess(second);
    expect(second.log).toContain(`/example/site/-/merge_requests/7#note_${gitlab.notes[0]?.id}`);
    expect(gitlab.notes).toHaveLength(1);
    expect(gitlab.notes[0]?.body).not.toBe(first);
    expect(count('POST /projects/:id/merge_requests/:iid/notes')).toBe(1);
    expect(count('PUT /projects/:id/merge_requests/:iid/notes/:note')).toBe(1);

    expectSuccess(await project.run(['remove-preview'], { pull: 7 }));
    expect(await platform.store.list(buckets.outputs, 'ci/')).toEqual([]);
    expect(gitlab.notes[0]?.body).toMatch(/\*\*Removed 2 files\.\*\* Nothing is left/);
  }, 400_000);

  test('publish a tag with links of its release, and a schedule renews them', async () => {
    const release = { tag: 'v1.2.3', links: [{ id: 1, name: 'Manual', url: 'https://example.org/manual' }] };
    gitlab.releases.push(release);
    gitlab.access.role = 'developer';
    const job = { pull: undefined, variables: { CI_COMMIT_TAG: 'v1.2.3', GITLAB_TOKEN: '' } };
    {
      await using project = await open('release.yml');
      expectSuccess(await project.run(['publish'], job));
    }
    const names = release.links.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['Manual', 'All files', 'assets/style.css']));
    const before = release.links.map(({ url }) => url);
    await using project = await open('schedule.yml');
    const schedule = {
      pull: undefined,
      variables: { CI_PIPELINE_SOURCE: 'schedule', RELEASE: 'v1.2.3', GITLAB_TOKEN: '' },
    };
    expectSuccess(await project.run(['renew-links'], schedule));
    expect(release.links.map(({ name }) => name)).toEqual(names);
    expect(release.links.map(({ url }) => url).filter((url) => before.includes(url))).toEqual([
      'https://example.org/manual',
    ]);
    expectSuccess(await project.run(['remove-old-previews'], schedule));
    expect(await stored()).toContain('ci/releases/v1.2.3/index.html');
  }, 400_000);

  const count = (operation: string) =>
    gitlab.requests.filter((request) => request.operation === operation).length;
});

/** The variables of the dotenv report. */
async function dotenvOf({ folder }: Project): Promise<Record<string, string>> {
  const [file = ''] = globSync('.gitlab-ci-local/**/upload-to-workspace.env', { cwd: folder });
  const lines = (await readFile(join(folder, file), 'utf8')).trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2)) as [string, string][]);
}
