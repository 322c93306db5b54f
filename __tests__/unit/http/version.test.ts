import { readFileSync } from 'node:fs';

import { expect, test } from '@jest/globals';

import { userAgent, version } from '../../../src/http/version.ts';

test('the version is that of package.json', () => {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  expect(manifest).toMatchObject({ version });
  expect(userAgent).toBe(`upload-to-workspace/${version}`);
});
