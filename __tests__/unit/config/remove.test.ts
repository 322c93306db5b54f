import { expect, test } from '@jest/globals';

import { readRemoveInputs } from '../../../src/config/remove.ts';
import { failureOf } from '../failure.ts';
import { required } from './uploadInputs.ts';

const given = (inputs: Readonly<Record<string, string>>) => (name: string) =>
  ({ ...required, path: '', ...inputs })[name] ?? '';
const noMask = () => undefined;

test('reads older-than in seconds', () => {
  expect(readRemoveInputs(given({ destination: 'd' }), noMask).olderThan).toBeUndefined();
  expect(readRemoveInputs(given({ destination: 'd', 'older-than': '14d' }), noMask)).toMatchObject({
    destination: 'd',
    olderThan: 14 * 86_400,
  });
});

test('reads keep-last', () => {
  const read = (value: string) =>
    readRemoveInputs(given({ destination: 'd', 'keep-last': value }), noMask).keepLast;
  expect(['', '1', ' 3 ', '100000'].map(read)).toEqual([undefined, 1, 3, 100_000]);
});

test.each(['0', '-1', '+1', '1.5', '03', '3 folders', 'all', '100001', '9'.repeat(40)])(
  'rejects keep-last: %s',
  (value) => {
    const { message } = failureOf(() =>
      readRemoveInputs(given({ destination: 'd', 'keep-last': value }), noMask),
    );
    expect(message).toContain(`keep-last: got '${value}', expected a number of folders from 1 to 100000`);
  },
);

test.each(['', '/', '//'])('rejects the whole workspace: %j', (destination) => {
  const { message } = failureOf(() => readRemoveInputs(given({ destination }), noMask));
  expect(message).toContain(`destination: got '${destination}', expected the folder to delete`);
});

test.each(['previews/', 'previews//', '/previews/', '//previews', 'previews/ /', 'a//b', ' previews/\n'])(
  'rejects a folder that may contain an empty expression: %j',
  (destination) => {
    for (const inputs of [{}, { 'older-than': '14d' }, { 'dry-run': 'true' }])
      expect(failureOf(() => readRemoveInputs(given({ ...inputs, destination }), noMask)).message).toContain(
        `Input destination: got '${destination.trim()}', expected a folder `,
      );
  },
);

test.each(['14', '2 weeks', '0d'])('rejects the age %j', (age) => {
  const { message } = failureOf(() =>
    readRemoveInputs(given({ destination: 'd', 'older-than': age }), noMask),
  );
  expect(message).toContain(`older-than: got '${age}', expected a time such as`);
});
