/**
 * Runs a command while its parent process lives: `node processGuard.ts <folder> <command> <args...>`. The parent holds the other end of standard
 * input, which the system closes even if the parent is killed. Then the guard kills the command with all its children, and deletes its folder.
 */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';

const [folder = '', command = '', ...args] = process.argv.slice(2);

// A process group, so that its children can be killed with it.
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
  // If the command ended by itself, the parent reads its log and deletes the folder.
  if (!abandoned) process.exit(1);
  void rm(folder, { recursive: true, force: true, maxRetries: 5 }).then(() => process.exit(0));
});
