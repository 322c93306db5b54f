import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

import { version } from '../../src/http/version.ts';

const top = path.resolve(import.meta.dirname, '../..');

test('the bundle is at most 1.5 MB', () => {
  const dist = path.join(top, 'dist');
  const scripts = readdirSync(dist).filter((name) => name.endsWith('.js'));
  const bytes = scripts.reduce((sum, name) => sum + statSync(path.join(dist, name)).size, 0);
  expect(bytes).toBeGreaterThan(100_000);
  expect(bytes).toBeLessThanOrEqual(1_500_000);
});

test('the SDK is loaded on demand, not at the start', () => {
  const start = readFileSync(path.join(top, 'dist/index.js'), 'utf8');
  expect(start).toContain('AWS4-HMAC-SHA256');
  expect(start).not.toContain('CreateMultipartUpload');
});

test.each(['action.yml', 'links/action.yml', 'remove/action.yml', 'workspaces/action.yml'])('%s runs a file of the bundle on Node 24', (file) => {
  const action = parse(readFileSync(path.join(top, file), 'utf8')) as { runs: { using: string; main: string } };
  expect(action.runs.using).toBe('node24');
  expect(path.dirname(path.resolve(top, path.dirname(file), action.runs.main))).toBe(path.join(top, 'dist'));
  expect(statSync(path.resolve(top, path.dirname(file), action.runs.main)).isFile()).toBe(true);
});

test('code for jobs without a secret is in the bundle, but not loaded at the start', () => {
  const dist = path.join(top, 'dist');
  const holding = (text: string) =>
    readdirSync(dist).filter((name) => name.endsWith('.js') && readFileSync(path.join(dist, name), 'utf8').includes(text));
  for (const text of ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer', 'returned no identity token']) {
    expect(holding(text)).toHaveLength(1);
    expect(holding(text)).not.toContain('index.js');
  }
});

test('the User-Agent has the version of the package', () => {
  const manifest = JSON.parse(readFileSync(path.join(top, 'package.json'), 'utf8')) as { version: string };
  expect(version).toBe(manifest.version);
});
