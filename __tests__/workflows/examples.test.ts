import { globSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { Github } from '../../platform/github/github.ts';
import { startGithub } from '../../platform/github/server.ts';
import { playStory, type Story } from './examples.ts';
import { fork } from './scenarios/fork.ts';
import { inside } from './scenarios/selfHosted.ts';
import { keyless } from './scenarios/keyless.ts';
import { matrix } from './scenarios/matrix.ts';
import { previewLife } from './scenarios/preview.ts';
import { pullRequestLife } from './scenarios/pullRequest.ts';
import { releaseLife } from './scenarios/release.ts';
import { results } from './scenarios/results.ts';

/** Every file in `examples/` must be in one of these stories. */
const stories: readonly Story[] = [
  results,
  pullRequestLife,
  previewLife,
  releaseLife,
  matrix,
  fork,
  inside,
  keyless,
];

let github: Github;

beforeAll(async () => {
  github = await startGithub();
}, 300_000);

afterAll(() => github.stop());

describe('the examples', () => {
  test.each(stories.map((story) => [story.name, story] as const))(
    '%s',
    (_, story) => playStory(story, github),
    300_000,
  );

  test('are all tested', () => {
    const files = globSync('*', { cwd: join(import.meta.dirname, '../../examples') });
    const played = new Set(stories.flatMap(({ plays }) => plays.map(({ file }) => file)));
    expect(files.sort()).toEqual([...played].sort());
  });
});
