import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

import { version } from '../../src/http/version.ts';

const top = path.resolve(import.meta.dirname, '../..');

/** Sizes of what the actions load, and of what only the command loads, in bytes. */
function sizes(): { readonly actions: number; readonly command: number } {
  const dist = path.join(top, 'dist');
  const code = new Map(
    readdirSync(dist).filter((name) => name.endsWith('.js')).map((name) => [name, readFileSync(path.join(dist, name), 'utf8')]),
  );
  // The chunks of the command are those that index.js loads for it, and what they load.
  const start = code.get('index.js') ?? '';
  const command = /\(await Promise\.all\(\[[^\]]*\]\)\.then\([^()]*\([^()]*\)\)\)\.runCommandLine\(\)|\(await \w+\.e\(\d+\)\.then\([^()]*\([^()]*\)\)\)\.runCommandLine\(\)/.exec(start)?.[0] ?? '';
  const chunksIn = (text: string) => [...text.matchAll(/\.e\((\d+)\)/g)].map(([, id = '']) => `${id}.index.js`);
  const reachable = (first: readonly string[]) => {
    const found = new Set<string>();
    for (const queue = [...first]; queue.length > 0; ) {
      const name = queue.pop() ?? '';
      if (!found.has(name)) queue.push(...chunksIn(code.get(name) ?? ''));
      found.add(name);
    }
    return found;
  };
  const ofActions = reachable(chunksIn(start.replace(command, '')));
  // Only people log in with a browser or a code, so no action loads that chunk.
  const isLogin = (name: string) => code.get(name)?.includes('upload-to-workspace login') ?? false;
  const onlyCommand = [...reachable(chunksIn(command))].filter((name) => !ofActions.has(name) || isLogin(name));
  const total = (names: readonly string[]) => names.reduce((sum, name) => sum + Buffer.byteLength(code.get(name) ?? ''), 0);
  return { actions: total([...code.keys()].filter((name) => !onlyCommand.includes(name))), command: total(onlyCommand) };
}

test('what the actions load is at most 1.7 MB', () => {
  const { actions } = sizes();
  expect(actions).toBeGreaterThan(100_000);
  expect(actions).toBeLessThanOrEqual(1_700_000);
});

test('what only the command loads is at most 400 kB, and an action loads none of it at its start', () => {
  const { command } = sizes();
  expect(command).toBeGreaterThan(20_000);
  expect(command).toBeLessThanOrEqual(400_000);
  expect(readFileSync(path.join(top, 'dist/index.js'), 'utf8')).not.toContain('commander.');
});

test('the SDK is loaded on demand, not at the start', () => {
  const start = readFileSync(path.join(top, 'dist/index.js'), 'utf8');
  expect(start).toContain('AWS4-HMAC-SHA256');
  expect(start).not.toContain('CreateMultipartUpload');
});

test.each(['action.yml', 'download/action.yml', 'links/action.yml', 'remove/action.yml', 'workspaces/action.yml'])('%s runs a file of the bundle on Node 24', (file) => {
  const action = parse(readFileSync(path.join(top, file), 'utf8')) as { runs: { using: string; main: string } };
  expect(action.runs.using).toBe('node24');
  expect(path.dirname(path.resolve(top, path.dirname(file), action.runs.main))).toBe(path.join(top, 'dist'));
  expect(statSync(path.resolve(top, path.dirname(file), action.runs.main)).isFile()).toBe(true);
});

test('code for jobs without a secret is in the bundle, but not loaded at the start', () => {
  const dist = path.join(top, 'dist');
  const holding = (text: string) =>
    readdirSync(dist).filter((name) => name.endsWith('.js') && readFileSync(path.join(dist, name), 'utf8').includes(text));
  for (const text of ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer', 'its answer holds no token']) {
    expect(holding(text)).toHaveLength(1);
    expect(holding(text)).not.toContain('index.js');
  }
});

test('the User-Agent has the version of the package', () => {
  const manifest = JSON.parse(readFileSync(path.join(top, 'package.json'), 'utf8')) as { version: string };
  expect(version).toBe(manifest.version);
});
