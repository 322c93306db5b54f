import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

import { systemCode } from '../errors/error.ts';

export interface LockOptions {
  /** Aborts the wait for the lock. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a sign of life after which a lock is abandoned. */
  readonly abandonedMs?: number;
}

/** Milliseconds between two looks at a lock that another process has. */
const pauseMs = 100;

/**
 * Waits for a lock between processes: a file that exists while one of them has the lock. A lock is abandoned if its process has ended, or
 * if it has shown no sign of life for some time.
 * @returns releases the lock
 * @throws the error of the file system, or the reason of the signal
 */
export async function acquireLock(
  file: string,
  { signal, abandonedMs = 60_000 }: LockOptions,
): Promise<{ readonly release: () => Promise<void> }> {
  const owner = `${process.pid} ${hostname()} ${randomUUID()}`;
  while (!(await create(file, owner))) {
    signal?.throwIfAborted();
    await removeAbandoned(file, abandonedMs);
    await sleep(pauseMs, undefined, signal ? { signal } : {});
  }
  const beat = setInterval(() => {
    const now = new Date();
    // Without a sign of life, the lock is abandoned in the end.
    utimes(file, now, now).catch(() => undefined);
  }, abandonedMs / 6);
  beat.unref();
  return {
    release: async () => {
      clearInterval(beat);
      if ((await contentOf(file)) === owner) await rm(file, { force: true });
    },
  };
}

async function create(file: string, owner: string): Promise<boolean> {
  try {
    await writeFile(file, owner, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function removeAbandoned(file: string, abandonedMs: number): Promise<void> {
  const owner = await contentOf(file);
  if (owner === undefined || !(await isAbandoned(file, owner, abandonedMs))) return;
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
    // Another process may have replaced the lock meanwhile. Then that process gets it back.
    if ((await contentOf(aside)) !== owner) await link(aside, file);
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function isAbandoned(file: string, owner: string, abandonedMs: number): Promise<boolean> {
  const [pid = '', host] = owner.split(' ');
  if (host === hostname() && !isRunning(Number(pid))) return true;
  try {
    return Date.now() - (await stat(file)).mtimeMs > abandonedMs;
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

async function contentOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}
