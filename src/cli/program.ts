import { Command, Help, type OutputConfiguration } from 'commander';

import { version } from '../http/version.ts';
import type { Verbosity } from '../hosts/provider.ts';
import type { CommandDefinition } from './commands.ts';
import { variableOf } from './inputs.ts';
import { addInputOptions, rareGroup, valuesOf, type OptionValues } from './options.ts';
import type { ResultOptions } from './result.ts';

export const programName = 'upload-to-workspace';

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
    .description('Upload files to a TerrAPI workspace, and get links to them.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError(`Run '${programName} --help' for the commands and options.`)
    .configureOutput(output)
    .exitOverride();
  for (const definition of commands) addCommand(program, definition, run);
  return program;
}

function addCommand(
  program: Command,
  definition: CommandDefinition,
  run: (invocation: Invocation) => Promise<void>,
): void {
  const { name, summary, example, inputs, takesPaths, isInteractive } = definition;
  const options = takesPaths ? inputs.filter((input) => input.name !== 'path') : inputs;
  const command = program
    .command(name)
    .description(summary)
    .helpOption('-h, --help', 'print the common options')
    .configureHelp({ visibleOptions: commonOptions });
  if (takesPaths) command.argument('[PATH...]', 'files, folders and globs to upload');
  addInputOptions(command, options);
  command
    .option('--json', 'print all outputs as JSON')
    .option('--print <OUTPUT>', `print one output, e.g. ${definition.results[0] ?? 's3-uri'}`)
    .option('-v, --verbose', 'log details')
    .option('--help-all', 'print all options')
    .addHelpText('after', helpFooter(example))
    .action(async () => {
      const readValues = () => {
        const { given, secretFiles } = valuesOf(command, options);
        const paths = command.args.length > 0 ? [['path', command.args.join('\n')] as const] : [];
        return { given: new Map([...given, ...paths]), secretFiles };
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
    command.configureHelp({}).outputHelp();
    command.error('', { exitCode: 0, code: 'commander.help' });
  });
}

interface CommonOptions {
  readonly json?: boolean;
  readonly print?: string;
  readonly dotenv?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

function commonOptions(this: void, command: Command) {
  return Help.prototype
    .visibleOptions(command)
    .filter(({ helpGroupHeading }) => helpGroupHeading !== rareGroup);
}

function helpFooter(example: string): string {
  return [
    '',
    `Variables can replace options, e.g. ${variableOf('client-id')}. The secret: ${variableOf('client-secret')}.`,
    `Example: ${programName} ${example}`,
  ].join('\n');
}
