import { afterEach, expect, test } from '@jest/globals';

import { inputsOf } from '../../../src/cli/inputs.ts';
import { commandWording } from '../../../src/cli/commandWording.ts';
import { readUploadInputs } from '../../../src/config/upload.ts';
import { inputs, setting, useWording } from '../../../src/text/wording.ts';

let restore = (): void => undefined;
afterEach(() => restore());

function use(given: Record<string, string>, env: Record<string, string>) {
  restore = useWording(
    commandWording({
      inputs: inputsOf.upload,
      argument: 'path',
      given: new Map(Object.entries(given)),
      env,
      job: 'command',
    }),
  );
}

test('a message names options, and a variable if the value came from it', () => {
  use({ workspace: 'w' }, { TERRAPI_WORKSPACE: 'other', TERRAPI_EXPIRES_IN: '3x' });
  expect(setting('workspace')).toBe(`'--workspace'`);
  expect(setting('expires-in')).toBe(`'TERRAPI_EXPIRES_IN'`);
  expect(setting('links', 'platform')).toBe(`'--links platform'`);
  expect(setting('mask-links', 'true')).toBe(`'--mask-links'`);
  expect(setting('preview', 'false')).toBe(`'--no-preview'`);
  expect(setting('path')).toBe(`'PATH'`);
  expect(inputs('client-id', 'client-secret')).toBe(`'--client-id' and 'TERRAPI_CLIENT_SECRET'`);
});

test('an error about an input says which option or variable is wrong', () => {
  use({}, { TERRAPI_EXPIRES_IN: '3x' });
  const values: Record<string, string> = {
    'client-id': 'c',
    workspace: 'w',
    path: 'dist',
    'expires-in': '3x',
  };
  const read = () =>
    readUploadInputs(
      (name) => values[name] ?? '',
      () => undefined,
      true,
    );
  expect(read).toThrow(`TERRAPI_EXPIRES_IN: got '3x', expected a time such as '15m', '12h' or '7d'`);
});

test('an action names its inputs', () => {
  expect(setting('links', 'platform')).toBe(`'links: platform'`);
  expect(inputs('client-id', 'client-secret')).toBe(`inputs 'client-id' and 'client-secret'`);
});
