import { expect, test } from '@jest/globals';

import { helpLine } from '../../../src/errors/codes.ts';
import { commandNodeProblem, nodeProblem } from '../../../src/main/node.ts';

test.each(['22.15.0', '22.23.3', '23.0.0', '24.0.0', '100.1.0'])('Node.js %s does', (version) => {
  expect(nodeProblem(version)).toBeUndefined();
});

test.each(['12.22.12', '18.20.8', '20.20.2', '22.0.0', '22.14.0'])(
  'Node.js %s does not, and the reason names it',
  (version) => {
    expect(nodeProblem(version)).toMatch(
      /^This action needs Node\.js 22\.15 or newer, and was started with Node\.js /,
    );
    expect(nodeProblem(version)).toContain(`Node.js ${version}: update the runner`);
    expect(nodeProblem(version)?.endsWith(` ${helpLine('node-version')}`)).toBe(true);
  },
);

test('the command says in one sentence that Node.js is too old', () => {
  expect(commandNodeProblem('22.15.0')).toBeUndefined();
  expect(commandNodeProblem('20.20.2')).toMatch(
    /^upload-to-workspace needs Node\.js 22\.15 or newer, and this is Node\.js 20\.20\.2: install a newer Node\.js/,
  );
});
