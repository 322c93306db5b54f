import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '..', '.cache', 'node');

/** Path of another version of Node.js. Installs it from npm into `.cache/node` if it is missing. */
export function nodeProgram(version: string): string {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const prefix = path.join(folder, version);
  const program = path.join(
    prefix,
    'node_modules',
    name,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (existsSync(program)) return program;
  mkdirSync(prefix, { recursive: true });
  const install = [
    'install',
    '--prefix',
    prefix,
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    `${name}@${version}`,
  ];
  execFileSync('npm', install, {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  return program;
}
