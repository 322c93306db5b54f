/** Reports for the pictures: comment, deployment and release notes of the demo's sample. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { buildSample } from '../demo/sample.ts';
import { inputsFor } from '../platform/inputs.ts';
import type { Deployment, Github } from '../platform/github/github.ts';
import { startGithub } from '../platform/github/server.ts';
import type { Platform } from '../platform/platform.ts';
import { runAction } from '../platform/runner.ts';

export interface Reported {
  /** Markdown of the comment on the pull request. */
  readonly comment: string;
  readonly deployment: Deployment;
  /** Markdown of the release's notes. */
  readonly notes: string;
}

const tag = 'v1.2.3';
const sha = '4b1f6c0d9a7e52c3f81d06b4ae935c70d2186fbe';
const notes = `Land cover of November, at ten metres.\n\n**Full changelog**: [v1.2.2…v1.2.3](<https://github.com>)`;

/** Bytes of each file of the release. */
const released = { 'land-cover-1.2.3.tar.gz': 2_418_312, 'land_cover-1.2.3-py3-none-any.whl': 913_044 };

/** Publishes the sample, and returns what the GitHub stand-in received. @throws if the upload fails */
export async function reportSample(platform: Platform): Promise<Reported> {
  await using cleanup = new AsyncDisposableStack();
  const github = await startGithub();
  cleanup.defer(() => github.stop());
  const sample = await buildSample();
  cleanup.defer(() => sample.remove());
  github.pulls.push({ number: 7, state: 'open', owner: 'example', branch: 'november', sha });
  github.releases.push({ id: 1, tag, body: notes, draft: false, immutable: false });
  const event = join(sample.folder, 'event.json');
  const repo = { id: 1 };
  await writeFile(
    event,
    JSON.stringify({ pull_request: { number: 7, head: { sha, repo }, base: { repo } } }),
  );
  await mkdir(join(sample.folder, 'dist'));
  for (const [name, size] of Object.entries(released))
    await writeFile(join(sample.folder, 'dist', name), randomBytes(size));
  const publish = (inputs: Readonly<Record<string, string>>) =>
    runAction({
      entry: join(import.meta.dirname, '..', 'dist', 'upload.js'),
      inputs: { ...inputsFor(platform), 'github-token': github.token, ...inputs },
      cwd: sample.folder,
      env: { ...environment(github), GITHUB_EVENT_PATH: event },
    });
  const runs = [
    await publish({
      path: sample.path,
      destination: 'pull-requests/7',
      comment: 'true',
      environment: 'pull-request/7',
    }),
    await publish({ path: 'dist', destination: `releases/${tag}`, release: tag }),
  ];
  for (const { exitCode, log } of runs) if (exitCode !== 0) throw new Error(log);
  const [comment] = github.comments;
  const [deployment] = github.deployments;
  const [release] = github.releases;
  if (!comment || !deployment || !release) throw new Error(runs.map(({ log }) => log).join('\n'));
  return { comment: comment.body, deployment, notes: release.body ?? '' };
}

function environment(github: Github): Record<string, string> {
  return {
    GITHUB_API_URL: github.apiUrl,
    GITHUB_REPOSITORY: github.repository,
    GITHUB_RUN_ID: '4711',
    GITHUB_WORKFLOW: 'Documentation',
    GITHUB_EVENT_NAME: 'pull_request',
  };
}
