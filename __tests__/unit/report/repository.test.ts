import { writeFileSync } from 'node:fs';

import { expect, test } from '@jest/globals';

import { isPublicRepository } from '../../../src/report/repository.ts';
import { temporaryFolder } from '../folders.ts';

test.each([
  ['{"repository":{"visibility":"public","private":false}}', true],
  ['{"repository":{"visibility":"private","private":true}}', false],
  ['{"repository":{"visibility":"internal","private":true}}', false],
  ['{"repository":{"private":false}}', true],
  ['{"repository":{"private":true}}', false],
  ['{"repository":{}}', undefined],
  ['{"repository":null}', undefined],
  ['{"schedule":"0 4 * * *"}', undefined],
  ['null', undefined],
  ['not JSON', undefined],
])('an event of %s is of a public repository: %j', (event, expected) => {
  using folder = temporaryFolder();
  const file = folder.at('event.json');
  writeFileSync(file, event);
  expect(isPublicRepository(file)).toBe(expected);
});

test('without an event nobody can say', () => {
  expect(isPublicRepository('')).toBeUndefined();
  expect(isPublicRepository('/no/such/event.json')).toBeUndefined();
});
