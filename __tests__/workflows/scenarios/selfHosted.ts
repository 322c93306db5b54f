import { expect } from '@jest/globals';

import type { Scenario } from '../examples.ts';
import { nothing } from './events.ts';

const example = { file: 'self-hosted.yml', on: 'push', payload: nothing } as const;

export const selfHostedScenario: Scenario = {
  name: 'a self-hosted runner and a platform with a private certificate authority',
  tls: 'private-ca',
  runs: [
    {
      ...example,
      then: async ({ run, stored }) => {
        expect(await stored()).toEqual(['sites/main/assets/style.css', 'sites/main/index.html']);
        expect(run.annotations).toEqual([]);
      },
    },
    {
      ...example,
      variables: { TERRAPI_CA_CERTIFICATES: '' },
      fails: true,
      then: ({ run }) => {
        expect(run.annotations).toEqual([
          { level: 'error', message: expect.stringMatching(/certificate that is not trusted \(/) },
        ]);
      },
    },
  ],
};
