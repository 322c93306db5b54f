import { expect } from '@jest/globals';

import type { Scenario } from '../examples.ts';
import { nothing } from './events.ts';

export const downloadScenario: Scenario = {
  name: 'an upload in one job, and a verified download in another',
  runs: [
    {
      file: 'download.yml',
      on: 'push',
      payload: nothing,
      env: { GITHUB_RUN_ID: '31' },
      then: async ({ run, stored }) => {
        expect(await stored()).toEqual(
          ['SHA256SUMS', 'assets/style.css', 'index.html'].map((name) => `builds/31/${name}`),
        );
        const { outputs } = run.step('check', 'download');
        expect(outputs).toMatchObject({
          'file-count': '2',
          'download-path': expect.stringMatching(/\/site$/),
        });
        expect(run.log).toContain('Verified: 2 files by SHA-256');
      },
    },
  ],
};
