import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect, test } from '@jest/globals';

import { type Dependency, factsOf, purposesIn, rowOf } from '../../../scripts/dependencyTable.ts';

const now = Date.parse('2026-11-27T12:00:00Z');
const time = { '1.0.0': '2023-01-01T00:00:00Z', '2.0.0': '2026-11-20T00:00:00Z', modified: '2026-11-26' };
const dependency: Dependency = {
  name: 'commander',
  purpose: 'parses the command line',
  isBundled: true,
  version: '2.0.0',
  licence: 'MIT',
  ...factsOf({ time, maintainers: ['a <a@example.org>', 'b'], 'dist-tags': { latest: '2.0.0' } }, '2.0.0'),
};

test('a package with several maintainers and a new version has no mark', () => {
  expect(rowOf(dependency, now)).toBe(
    '| `commander` | parses the command line | 2.0.0 | 7 days | 2.0.0 | 2026-11-20 | 2 | MIT |',
  );
});

test('one maintainer, an old newest version, and a deprecated version are bold', () => {
  const facts = factsOf(
    { time, maintainers: 'a <a@example.org>', deprecated: 'Use b.', 'dist-tags': { latest: '1.0.0' } },
    '2.0.0',
  );
  expect(rowOf({ ...dependency, ...facts }, now)).toContain(
    '| **2.0.0, deprecated** | 7 days | 1.0.0 | **2023-01-01** | **1** |',
  );
});

test('what the registry does not know is unknown', () => {
  expect(rowOf({ ...dependency, ...factsOf({}, '2.0.0') }, now)).toContain(
    '| 2.0.0 | unknown | unknown | unknown | unknown | MIT |',
  );
});

test('CONTRIBUTING.md says what each package is for, and which ones the bundle has', () => {
  const purposes = purposesIn(
    readFileSync(path.resolve(import.meta.dirname, '../../../CONTRIBUTING.md'), 'utf8'),
  );
  expect(purposes.get('undici')).toEqual({
    purpose: 'HTTP connections with our own proxy and TLS settings',
    isBundled: true,
  });
  expect(purposes.get('@sigstore/verify')).toEqual({
    purpose: 'sign and verify attestations in tests',
    isBundled: false,
  });
});
