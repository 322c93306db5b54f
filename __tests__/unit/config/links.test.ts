import { expect, test } from '@jest/globals';

import { readLinkInputs } from '../../../src/config/links.ts';
import { failureOf } from '../failure.ts';
import { required } from './uploadInputs.ts';

const given = (inputs: Readonly<Record<string, string>>) => (name: string) =>
  ({ ...required, path: '', ...inputs })[name] ?? '';
const noMask = () => undefined;

test('reads the inputs of links, which need no path', () => {
  const inputs = readLinkInputs(given({ destination: '/d/', 'expires-in': '5m', links: 'none' }), noMask);
  expect(inputs).toMatchObject({ destination: 'd', expiresIn: 300, links: 'none', dryRun: false });
});

test('the inputs are frozen, and without credentials the job needs a secret', () => {
  expect(Object.isFrozen(readLinkInputs(given({ destination: 'd' }), noMask))).toBe(true);
  expect(failureOf(() => readLinkInputs(given({ 'client-secret': '' }), noMask)).message).toContain(
    'client-secret',
  );
});

test('a preview needs links', () => {
  const preview = (inputs: Readonly<Record<string, string>>) => readLinkInputs(given(inputs), noMask).preview;
  expect(preview({ preview: 'true' })).toBe(true);
  expect(preview({ preview: 'false', links: 'none' })).toBe(false);
  expect(preview({ links: 'none' })).toBe('auto');
  expect(failureOf(() => preview({ preview: 'true', links: 'none' })).message).toBe(
    "Input preview: got 'true' with 'links: none', expected links: a preview is made of them. Leave 'links' out, or choose 'auto', 'session' or 'platform'",
  );
});
