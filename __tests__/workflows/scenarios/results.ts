import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from '@jest/globals';

import { open, type Scenario } from '../examples.ts';
import { contribution, nothing, pullRequest } from './events.ts';

const file = 'ci-results.yml';

export const resultsScenario: Scenario = {
  name: 'a test report, published if tests pass or fail, but not from a fork',
  runs: [
    {
      file,
      on: 'push',
      payload: nothing,
      env: { GITHUB_RUN_ID: '21' },
      then: async ({ run, stored }) => {
        expect(await stored()).toEqual(['ci/21-1/index.html', 'ci/21-1/junit.xml']);
        const { outputs, summary } = run.step('test', 'report');
        expect(await open(outputs['url'])).toContain('<h1>Tests, part 1</h1>');
        expect(summary).toContain('Uploaded 2 files, 37 bytes in ');
      },
    },
    {
      file,
      on: 'push',
      payload: nothing,
      env: { GITHUB_RUN_ID: '22' },
      prepare: (checkout) => writeFile(join(checkout, 'BROKEN'), ''),
      fails: true,
      then: async ({ run, stored }) => {
        expect(run.step('test', 'report').result).toBe('success');
        expect(await stored()).toContain('ci/22-1/index.html');
      },
    },
    {
      file,
      on: 'push',
      payload: nothing,
      env: { GITHUB_RUN_ID: '23' },
      // The build fails before there is a report, so the only error is that of `make`.
      prepare: (checkout) => writeFile(join(checkout, 'Makefile'), 'test:\n\tfalse\n'),
      fails: true,
      then: ({ run }) => {
        expect(run.step('test', 'report').result).toBe('success');
        expect(run.annotations).toEqual([
          { level: 'warning', message: expect.stringMatching(/^No files were found for 'path' \(reports\)/) },
        ]);
      },
    },
    {
      file,
      on: 'pull_request',
      payload: pullRequest(contribution),
      env: { GITHUB_RUN_ID: '24' },
      fork: true,
      then: async ({ run, stored }) => {
        expect(run.step('test', 'report').outputs).toEqual({});
        expect(run.annotations.map(({ level }) => level)).toEqual(['notice']);
        expect((await stored()).filter((key) => key.startsWith('ci/24'))).toEqual([]);
      },
    },
  ],
};
