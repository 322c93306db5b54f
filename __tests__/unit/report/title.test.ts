import { expect, test } from '@jest/globals';

import { titleOf } from '../../../src/report/title.ts';

const where = { title: undefined, workspace: 'gep-ci', destination: 'reports/main' };

test.each([
  [{ ...where, title: 'Docs' }, 'Pages', 'Docs'],
  [where, 'Pages', 'Pages: reports/main'],
  [{ ...where, destination: '' }, 'Pages', 'Pages: gep-ci'],
  [where, undefined, 'reports/main'],
  [{ ...where, destination: '' }, undefined, 'gep-ci'],
])('the title for %j in workflow %j is %j', (inputs, workflow, title) => {
  expect(titleOf(inputs, { workflow })).toBe(title);
});
