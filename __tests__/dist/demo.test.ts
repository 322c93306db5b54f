import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';

import { folderWith } from '../support/folder.ts';

type Demo = ChildProcessByStdio<null, Readable, Readable>;

const temporary = folderWith({});

/** Starts the demo as `npm run demo -- ARGUMENTS` does in a folder. */
function start(args: readonly string[], folder = process.cwd()): Demo {
  return spawn(process.execPath, ['demo/demo.ts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, INIT_CWD: folder, TMPDIR: temporary },
  });
}

/** Reads the output until a line matches. Returns all complete lines. */
async function linesUntil(demo: Demo, last: RegExp): Promise<string[]> {
  let output = '';
  for await (const piece of demo.stdout.iterator({ destroyOnReturn: false })) {
    output += String(piece);
    const lines = output.split('\n').slice(0, -1);
    if (lines.some((line) => last.test(line))) return lines;
  }
  throw new Error(`The demo ended early:\n${output}${await text(demo.stderr)}`);
}

const wholeLink = /^https?:\/\/\S+X-Amz-Signature=[0-9a-f]{64}\S*$/;

/** Null if a signal ended the demo. */
function exitCode(demo: Demo): Promise<number | null> {
  return new Promise((resolve) => demo.once('exit', resolve));
}

async function stop(demo: Demo): Promise<void> {
  const ended = exitCode(demo);
  demo.kill('SIGINT');
  expect(await ended).toBe(0);
}

test('npm run demo -- docs ends with a link that opens the folder, until Ctrl+C', async () => {
  const demo = start(['docs']);
  const link = (await linesUntil(demo, wholeLink)).at(-1) ?? '';
  const answer = await fetch(link);
  const page = await answer.text();
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  for (const { name } of readdirSync('docs', { withFileTypes: true }).filter((entry) => entry.isFile()))
    expect(page).toContain(`"${name}"`);
  await stop(demo);
  await expect(fetch(link)).rejects.toThrow();
  expect(readdirSync(temporary).filter((name) => !name.includes('compile-cache'))).toEqual([]);
});

test('npm run demo -- FILE ends with a link to the file, whose path starts from the folder where npm was called', async () => {
  const folder = folderWith({ 'sub/report [1] 100%.txt': 'the report', 'sub/report 1 100%.txt': 'another file' });
  const demo = start(['sub/report [1] 100%.txt'], folder);
  const link = (await linesUntil(demo, wholeLink)).at(-1) ?? '';
  expect(await (await fetch(link)).text()).toBe('the report');
  await stop(demo);
});

test.each([
  [['no/such/folder'], `Cannot publish 'no/such/folder': there is no folder or file ${path.resolve('no/such/folder')}.`],
  [['docs', 'demo'], 'Too many paths'],
  [['--nonsense'], '--nonsense'],
])('npm run demo rejects %j', async (args, message) => {
  const demo = start(args);
  const [complaint, code] = await Promise.all([text(demo.stderr), exitCode(demo)]);
  expect(complaint).toContain(message);
  expect(complaint).toContain('npm run demo -- --help');
  expect(code).toBe(2);
});

test('npm run demo opens preview, index page and files, and exits', async () => {
  const demo = start([]);
  const [output, code] = await Promise.all([text(demo.stdout), exitCode(demo)]);
  expect(output).toMatch(/^ +ok .* text\/html; charset=utf-8 +Preview$/m);
  expect(output).toMatch(/^ +ok .* text\/html; charset=utf-8 +All files$/m);
  expect(output).toContain('6 of 6 links open the right file.');
  expect(output).toMatch(/^ +downloads\/land cover 100% \(november\)\.bin +3\.0 MiB/m);
  expect(code).toBe(0);
});

test('npm run demo -- --keep prints the links of preview, index page and files, and keeps them open', async () => {
  const demo = start(['--keep']);
  const previewLink = /^https?:\/\/\S+_preview\.html\?\S+X-Amz-Signature=[0-9a-f]{64}\S*$/;
  const lines = await linesUntil(demo, previewLink);
  const names = lines.flatMap((line, index) => (wholeLink.test(line) ? [lines[index - 1] ?? ''] : []));
  expect(names).toEqual([
    'assets/site.css',
    'assets/site.js',
    'assets/tile.svg',
    'downloads/land cover 100% (november).bin',
    'index.html',
    'reports/tests.html',
    'All files',
    'Preview',
  ]);
  for (const link of lines.filter((line) => wholeLink.test(line))) expect((await fetch(link)).status).toBe(200);
  await stop(demo);
});
