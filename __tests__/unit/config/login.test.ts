import { expect, test } from '@jest/globals';

import { readLoginInputs } from '../../../src/config/login.ts';

const read = (inputs: Readonly<Record<string, string>>) =>
  readLoginInputs(
    (name) => ({ 'client-id': 'app', ...inputs })[name] ?? '',
    () => undefined,
  );

test('login opens the browser of this machine, unless another way is chosen', () => {
  expect(read({})).toMatchObject({ clientId: 'app', device: false, browser: true });
  expect(read({ device: 'true', browser: 'false' })).toMatchObject({ device: true, browser: false });
});
