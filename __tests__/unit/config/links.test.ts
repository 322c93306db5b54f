import { expect, test } from '@jest/globals';

import { readLinkInputs } from '../../../src/config/links.ts';
import { required } from './uploadInputs.ts';

const given = (inputs: Readonly<Record<string, string>>) => (name: string) =>
  ({ ...required, path: '', ...inputs })[name] ?? '';
const noMask = () => undefined;

test('reads the inputs of links, which need no path', () => {
  const inputs = readLinkInputs(given({ destination: '/d/', 'expires-in': '5m', links: 'none' }), noMask);
  expect(inputs).toMatchObject({ destination: 'd', expiresIn: 300, links: 'none', dryRun: false });
});
