import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from '@jest/globals';

import { linkIn, open, type Scenario } from '../examples.ts';
import { patch, pullRequest } from './events.ts';

const file = 'matrix.yml';
const keys = [1, 2, 3].flatMap((shard) =>
  ['index.html', 'junit.xml'].map((name) => `tests/7/shard-${shard}/${name}`),
);

export const matrixScenario: Scenario = {
  name: 'shards of a matrix, with one job at the end that makes all links and one comment',
  before: (github) => void github.pulls.push(patch),
  runs: [
    {
      file,
      on: 'pull_request',
      payload: pullRequest(patch),
      then: async ({ github, stored }) => {
        expect(await stored()).toEqual(keys);
        expect(github.comments).toHaveLength(1);
        for (const shard of [1, 2, 3]) {
          const link = linkIn(github.comments[0]?.body, `shard-${shard}/index.html`);
          expect(await open(link)).toContain(`<h1>Tests, part ${shard}</h1>`);
        }
      },
    },
    {
      file,
      on: 'pull_request',
      payload: pullRequest(patch, 'synchronize'),
      prepare: (checkout) => writeFile(join(checkout, 'BROKEN'), ''),
      fails: true,
      then: async ({ github, stored }) => {
        expect(await stored()).toEqual(keys);
        expect(github.comments).toHaveLength(1);
      },
    },
  ],
};
