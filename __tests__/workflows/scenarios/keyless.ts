import { expect } from '@jest/globals';

import { keylessApps } from '../../../platform/catalogue.ts';
import type { Scenario } from '../examples.ts';
import { nothing } from './events.ts';

const example = { file: 'keyless.yml', on: 'push', payload: nothing } as const;

export const keylessScenario: Scenario = {
  name: 'a site, published with the identity token of the job only',
  runs: [
    {
      ...example,
      variables: { TERRAPI_CLIENT_ID: keylessApps.branch.id },
      then: async ({ run, stored }) => {
        expect(await stored()).toEqual(['site/assets/style.css', 'site/index.html']);
        expect(run.annotations).toEqual([]);
      },
    },
    {
      // A client app for another subject: the environment instead of the branch.
      ...example,
      variables: { TERRAPI_CLIENT_ID: keylessApps.environment.id },
      fails: true,
      then: ({ run }) => {
        expect(run.annotations.map(({ level }) => level)).toEqual(['error']);
        expect(run.annotations[0]?.message).toContain('ref:refs/heads/main');
      },
    },
  ],
};
