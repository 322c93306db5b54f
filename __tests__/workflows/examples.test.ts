import { globSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { Github } from '../../platform/github/github.ts';
import { startGithub } from '../../platform/github/server.ts';
import { runScenario, type Scenario } from './examples.ts';
import { downloadScenario } from './scenarios/download.ts';
import { attestScenario } from './scenarios/attest.ts';
import { forkScenario } from './scenarios/fork.ts';
import { selfHostedScenario } from './scenarios/selfHosted.ts';
import { keylessScenario } from './scenarios/keyless.ts';
import { matrixScenario } from './scenarios/matrix.ts';
import { previewScenario } from './scenarios/preview.ts';
import { pullRequestScenario } from './scenarios/pullRequest.ts';
import { releaseScenario } from './scenarios/release.ts';
import { resultsScenario } from './scenarios/results.ts';

/** Every file in `examples/` must be in one of these scenarios. */
const scenarios: readonly Scenario[] = [
  resultsScenario,
  pullRequestScenario,
  previewScenario,
  releaseScenario,
  attestScenario,
  matrixScenario,
  forkScenario,
  selfHostedScenario,
  keylessScenario,
  downloadScenario,
];

let github: Github;

beforeAll(async () => {
  github = await startGithub();
});

afterAll(() => github.stop());

describe('the examples', () => {
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_, scenario) =>
    runScenario(scenario, github),
  );

  test('are all tested', () => {
    const files = globSync('*.yml', { cwd: join(import.meta.dirname, '../../examples') });
    const tested = new Set(scenarios.flatMap(({ runs }) => runs.map(({ file }) => file)));
    expect(files.sort()).toEqual([...tested].sort());
  });
});
