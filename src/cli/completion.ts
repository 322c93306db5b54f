import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

import { wholeHelp } from './help.ts';

/**
 * Adds the command `completion`, which prints the script for a shell, and the hidden command `complete`, which that script calls. The scripts
 * complete all options, also those that only `--help-all` shows.
 */
export function addCompletion(program: Command): void {
  for (const command of program.commands) command.configureHelp(wholeHelp);
  tab(program, { completionCommandName: 'completion' });
}
