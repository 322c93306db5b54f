/**
 * Runs a command for as long as the process that started this one lives: `node guard.ts <folder> <command> <args...>`.
 * That process holds the other end of standard input, which the system closes however it ends, even when killed.
 * Then the command goes with all its children, and so does its folder.
 */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';

const [folder = '', command = '', ...args] = process.argv.slice(2);

// Its own process group, so that what it starts can be ended with it.
const child = spawn(command, args, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
let abandoned = false;

function end(): void {
  abandoned = true;
  endGroup();
}

function endGroup(): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

process.stdin.on('close', end).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);

child.once('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
child.once('exit', () => {
  endGroup();
  // A command that ended by itself leaves its log for the other side to read, and to remove.
  if (!abandoned) process.exit(1);
  void rm(folder, { recursive: true, force: true, maxRetries: 5 }).then(() => process.exit(0));
});
