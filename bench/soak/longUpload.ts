import { closeSync, ftruncateSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runInProcess, sampleProcess } from './longLived.ts';
import type { Publisher } from './publisher.ts';
import { countEntries } from './round.ts';

const KiB = 1024;
/** The limit of the proxy for this upload, in bytes per second. */
const rate = 400_000;
const everyMs = 10_000;

/**
 * One upload that takes nine tenths of the time, because the proxy slows it down: one large file in parts, or many small ones. Each of the two
 * needs another amount of memory, so they are two uploads.
 */
export async function runLongUpload({
  name,
  destination,
  folder,
  minutes,
  report,
}: Publisher): Promise<void> {
  const total = Math.floor(rate * minutes * 60 * 0.9);
  const size = name === 'large' ? total : 256 * KiB;
  const source = join(folder, 'source');
  mkdirSync(source);
  for (let index = 0; index < total / size; index += 1) writeSparse(join(source, `${index}.bin`), size);
  const upload = { isRunning: true };
  const args = ['upload', source, '--destination', destination, '--links', 'session', '--concurrency', '4'];
  const ended = runInProcess(args).finally(() => (upload.isRunning = false));
  ended.catch(() => undefined);
  for (;;) {
    await Promise.race([ended, sleep(everyMs)]);
    // The last sample would be of a process that has ended its work.
    if (!upload.isRunning) break;
    await report({ ...sampleProcess(), temporary: countEntries(join(folder, 'tmp'), /./) });
  }
  await ended;
  await runInProcess(['remove', '--destination', destination]);
}

/** A file of zeros that takes no space. */
function writeSparse(path: string, size: number): void {
  const descriptor = openSync(path, 'w');
  ftruncateSync(descriptor, size);
  closeSync(descriptor);
}
