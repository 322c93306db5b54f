import { expect, test } from '@jest/globals';

import { commands } from '../../../src/cli/commands.ts';
import { inputReader } from '../../../src/cli/inputs.ts';

const env = {
  TERRAPI_WORKSPACE: 'w',
  TERRAPI_DESTINATION: 'd',
  TERRAPI_FROM: 'links.json',
  TERRAPI_PATH: 'p',
};
const { exclusive } = commands.find(({ name }) => name === 'download') ?? {};
const valuesOf = (given: Readonly<Record<string, string>>) => {
  const read = inputReader(new Map(Object.entries(given)), env, exclusive);
  return ['from', 'workspace', 'destination', 'path'].map(read);
};

test('an option wins over its variable', () => {
  expect(inputReader(new Map([['workspace', 'x']]), env)('workspace')).toBe('x');
  expect(valuesOf({})).toEqual(['links.json', 'w', 'd', 'p']);
});

test('download: a list of links makes the variables of a workspace ineffective, and the other way round', () => {
  expect(valuesOf({ from: 'other.json' })).toEqual(['other.json', '', '', 'p']);
  expect(valuesOf({ workspace: 'x' })).toEqual(['', 'x', 'd', 'p']);
  expect(valuesOf({ destination: 'x' })).toEqual(['', 'w', 'x', 'p']);
});

test('download: options for both stay, so that the reader of inputs refuses them', () => {
  expect(valuesOf({ from: 'other.json', workspace: 'x' })).toEqual(['other.json', 'x', '', 'p']);
});
