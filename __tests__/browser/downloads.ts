import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, readdirSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';

import type { Browser } from 'puppeteer-core';

import type { BrowserName } from '../../scripts/browsers.ts';
import { startBrowser } from './browsers.ts';

/** Starts a browser that saves downloads in a folder, without a question. */
export async function startDownloadingBrowser(
  name: BrowserName,
  folder: string,
  firefox: Readonly<Record<string, unknown>> = {},
): Promise<Browser> {
  const browser = await startBrowser(name, {
    networkEnabled: false,
    firefox: {
      'browser.download.folderList': 2,
      'browser.download.dir': folder,
      'browser.helperApps.neverAsk.saveToDisk': 'application/zip',
      // The default is a tenth of the disk, which may be small.
      'dom.quotaManager.temporaryStorage.fixedLimit': 16 * 1024 ** 2,
      ...firefox,
    },
  });
  if (name === 'chromium') {
    const session = await browser.target().createCDPSession();
    await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
  }
  return browser;
}

/** Waits until the browser has written a file to the folder of downloads. */
export async function downloaded(folder: string, name: string): Promise<string> {
  const file = path.join(folder, name);
  const deadline = Date.now() + 560_000;
  while (Date.now() < deadline) {
    const names = readdirSync(folder);
    const isComplete =
      names.includes(name) && !names.some((other) => /\.(?:part|crdownload|tmp)$/.test(other));
    if (isComplete && statSync(file).size > 0) return file;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`No '${name}' among the downloads: ${readdirSync(folder).join(', ')}`);
}

export interface Run {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program. `output` is what it wrote to stdout and stderr. */
export async function runProgram(program: string, args: readonly string[]): Promise<Run> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  const ended = once(child, 'close');
  const [out, err] = await Promise.all([buffer(child.stdout), buffer(child.stderr), ended]);
  return { code: child.exitCode, output: `${out.toString()}${err.toString()}` };
}

/** The lines of `unzip -t` that are not about a whole file. */
export async function testZip(file: string): Promise<Run> {
  const { code, output } = await runProgram('unzip', ['-t', file]);
  const lines = output
    .split('\n')
    .filter((line) => line !== '' && !/^ +testing: .* OK$|^Archive:/.test(line));
  return { code, output: lines.join('\n') };
}

/** Writes a file in which no two blocks of 1 MiB are the same. */
export function writeLargeFile(file: string, size: number): void {
  const block = randomBytes(1024 ** 2);
  const descriptor = openSync(file, 'w');
  for (let at = 0; at < size; at += block.length) {
    block.writeDoubleLE(at);
    writeSync(descriptor, block);
  }
  closeSync(descriptor);
}

/** Watches the memory of a process and those that it started, on Linux. `stop` returns by how many MiB it grew at the most. */
export function watchMemory(pid: number): { readonly stop: () => number } {
  const before = memoryOf(pid);
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, memoryOf(pid))), 250);
  return {
    stop: () => {
      clearInterval(timer);
      return Math.round((most - before) / 1024);
    },
  };
}

/** KiB of memory, of which processes share each their part. */
function memoryOf(pid: number): number {
  const read = (file: string): string => {
    try {
      return readFileSync(`/proc/${file}`, 'utf8');
    } catch {
      return '';
    }
  };
  const below = read(`${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  const own = Number(/^Pss:\s+(\d+)/m.exec(read(`${pid}/smaps_rollup`))?.[1] ?? 0);
  return below.reduce((sum, child) => sum + memoryOf(Number(child)), own);
}
