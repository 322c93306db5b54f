import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect, test } from '@jest/globals';

import { version } from '../../src/http/version.ts';

const top = path.resolve(import.meta.dirname, '../..');

test('the packed package installs without network, and runs', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'package-'));
  const npm = (...args: string[]) => execFileSync('npm', [...args, '--offline', '--no-audit', '--no-fund'], { cwd: top, stdio: 'pipe' });
  try {
    npm('pack', '--ignore-scripts', '--pack-destination', folder);
    const [file = ''] = readdirSync(folder);
    const prefix = path.join(folder, 'empty');
    mkdirSync(prefix);
    npm('install', '--prefix', prefix, path.join(folder, file));
    expect(readdirSync(path.join(prefix, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['upload-to-workspace']);
    const installed = path.join(prefix, 'node_modules/upload-to-workspace/dist/cli.js');
    const run = (...args: string[]) => spawnSync(process.execPath, [installed, ...args], { cwd: folder, encoding: 'utf8' });
    expect(run('--version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
    expect(run('complete', '--', 'upload', '--overwrite', '').stdout).toContain('changed');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('Node.js 20 installs the package and the development packages without a warning; the command names the version it needs', () => {
  const { engines } = JSON.parse(readFileSync(path.join(top, 'package.json'), 'utf8')) as { engines: { node: string } };
  expect(engines.node).toBe('>=20');
});
