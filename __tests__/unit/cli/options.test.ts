import { expect, test } from '@jest/globals';

import { commands } from '../../../src/cli/commands.ts';
import { withoutSwitchValues } from '../../../src/cli/options.ts';

const inputs = commands.find(({ name }) => name === 'upload')?.inputs ?? [];

test.each([
  ['upload dist --preview', 'upload dist --preview'],
  ['upload dist --preview true', 'upload dist --preview'],
  ['upload --preview false dist', 'upload --no-preview dist'],
  ['upload --preview=false dist', 'upload --no-preview dist'],
  ['upload --dry-run=true --summary false dist', 'upload --dry-run --no-summary dist'],
  ['upload --preview dist', 'upload --preview dist'],
  ['upload --title false true', 'upload --title false true'],
  ['upload --preview=auto', 'upload --preview=auto'],
  ['upload -- --preview false', 'upload -- --preview false'],
  ['upload --preview -- false', 'upload --preview -- false'],
])('a switch may have a value, as in a workflow: %s', (given, read) => {
  expect(withoutSwitchValues(given.split(' '), inputs).join(' ')).toBe(read);
});
