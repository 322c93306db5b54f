import { Command, CommanderError, type OutputConfiguration } from 'commander';

import { version } from '../http/version.ts';
import type { Verbosity } from '../hosts/provider.ts';
import type { CommandDefinition } from './commands.ts';
import { variableOf } from './inputs.ts';
import { shortHelp, wholeHelp } from './help.ts';
import { addInputOptions, valuesOf, type OptionValues } from './options.ts';
import type { ResultOptions } from './result.ts';

const programName = 'upload-to-workspace';

/** A parsed command line. */
export interface Invocation extends ResultOptions {
  readonly command: CommandDefinition;
  /** @throws ActionError `invalid-input` */
  readonly readValues: () => OptionValues;
  readonly verbosity: Verbosity;
  /** File for the outputs as variables. */
  readonly dotenv: string | undefined;
}

/**
 * Builds the program.
 * @param output gets what commander prints
 * @param run called with a valid command line
 */
export function createProgram(
  commands: readonly CommandDefinition[],
  output: OutputConfiguration,
  run: (invocation: Invocation) => Promise<void>,
): Command {
  const program = new Command(programName)
    .description('Upload files to a TerrAPI workspace, get links to them, and download them.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError(`Run '${programName} --help' for the commands and options.`)
    .configureOutput(output)
    .exitOverride();
  for (const definition of commands) addCommand(program, definition, run);
  return program;
}

/** Names the command `completion` in the help. Its code is loaded only to run it. */
export function addCompletionHelp(program: Command): void {
  program.command('completion <shell>').description('Print a script for bash, zsh, fish or powershell.');
}

function addCommand(
  program: Command,
  definition: CommandDefinition,
  run: (invocation: Invocation) => Promise<void>,
): void {
  const { name, summary, inputs, argument, isInteractive } = definition;
  const options = inputs.filter((input) => input.name !== argument?.input);
  const command = program
    .command(name)
    .description(summary)
    .helpOption('-h, --help', 'print the common options')
    .configureHelp(shortHelp)
    .showHelpAfterError(`Run '${programName} ${name} --help' for its options.`);
  if (argument) command.argument(argument.usage);
  addInputOptions(command, options);
  command
    .option('--json', 'print all outputs as JSON')
    .option('--print <OUTPUT>', `print one output, e.g. ${definition.results[0] ?? 's3-uri'}`)
    .option('-v, --verbose', 'log details')
    .option('--help-all', 'print all options')
    .addHelpText('after', helpFooter(definition))
    .action(async () => {
      const readValues = () => {
        const { given, secretFiles } = valuesOf(command, options);
        const values = command.args.length > 0 ? command.args.join('\n') : undefined;
        if (!argument || values === undefined) return { given, secretFiles };
        return { given: new Map([...given, [argument.input, values]]), secretFiles };
      };
      const { json = false, print, dotenv, quiet, verbose } = command.opts<CommonOptions>();
      const verbosity = verbose ? 'verbose' : quiet ? 'quiet' : 'normal';
      await run({ command: definition, readValues, verbosity, json, print, dotenv });
    });
  if (!isInteractive)
    command
      .option('--dotenv <FILE>', 'write outputs as variables, for GitLab CI/CD')
      .option('-q, --quiet', 'log only warnings and errors');
  command.on('option:help-all', () => {
    command.configureHelp(wholeHelp).outputHelp();
    throw new CommanderError(0, 'commander.help', '');
  });
}

interface CommonOptions {
  readonly json?: boolean;
  readonly print?: string;
  readonly dotenv?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

function helpFooter({ example, inputs }: CommandDefinition): string {
  const hasSecret = inputs.some(({ kind }) => kind === 'secret');
  return [
    '',
    `Each option can come from a variable, e.g. --client-id from ${variableOf('client-id')}${hasSecret ? ',' : '.'}`,
    ...(hasSecret ? [`and the client secret from ${variableOf('client-secret')}.`] : []),
    '',
    `Example: ${programName} ${example}`,
  ].join('\n');
}
