import { type Command, Option } from 'commander';

import { ActionError } from '../errors/error.ts';
import { registerSecret } from '../text/secrets.ts';
import { type CommandInput, variableOf } from './inputs.ts';
import { rareGroup } from './help.ts';
import { summaries } from './summaries.ts';

/** Values that options give. */
export interface OptionValues {
  /** By input. */
  readonly given: ReadonlyMap<string, string>;
  /** Files with secrets, by input; `-` is standard input. */
  readonly secretFiles: ReadonlyMap<string, string>;
}

/** Adds the options of a command's inputs to it. */
export function addInputOptions(command: Command, inputs: readonly CommandInput[]): void {
  for (const input of inputs) for (const option of optionsOf(input)) command.addOption(option);
}

function optionsOf(input: CommandInput): Option[] {
  const { name, kind, choices } = input;
  const { value, short } = summaries[name];
  switch (kind) {
    case 'secret':
      return [
        placed(new Option(`--${name}-file <${value}>`, textOf(input)), input),
        new Option(`--${name} [value]`).hideHelp(),
      ];
    case 'switch': {
      const both = [new Option(`--${name}`, textOf(input)), new Option(`--no-${name}`, textOf(input))];
      const shown = input.default === 'true' ? 1 : 0;
      return both.map((option, index) => (index === shown ? placed(option, input) : option.hideHelp()));
    }
    default: {
      const option = new Option(
        `${short === undefined ? '' : `${short}, `}--${name} <${value}>`,
        textOf(input),
      );
      if (kind === 'list') option.argParser(collect);
      // Only for completion: the reader of inputs checks the value, from a variable too.
      if (choices.length > 0) option.argChoices = [...choices];
      return [placed(option, input)];
    }
  }
}

function collect(line: string, before: string | undefined): string {
  return before === undefined ? line : `${before}\n${line}`;
}

function placed(option: Option, { name }: CommandInput): Option {
  return summaries[name].isCommon ? option : option.helpGroup(rareGroup);
}

function textOf({ name, kind, default: value, choices }: CommandInput): string {
  const { text } = summaries[name];
  if (kind === 'switch') return value === 'true' ? `do not ${text}` : text;
  const words = choices.map((choice) => (choice === value ? `${choice} (default)` : choice));
  return words.length > 0 ? `${text}: ${words.join(', ')}` : text;
}

/**
 * Writes switches as commander reads them. People know inputs with values, so `--preview false` and `--preview=false` are `--no-preview`.
 */
export function withoutSwitchValues(
  args: readonly string[],
  inputs: readonly Pick<CommandInput, 'name' | 'kind'>[],
): string[] {
  const switches = new Set<string>(
    inputs.filter(({ kind }) => kind === 'switch').map(({ name }) => `--${name}`),
  );
  const end = args.indexOf('--');
  const written: string[] = [];
  for (const [index, arg] of args.entries()) {
    const before = args[index - 1] ?? '';
    const isOption = end < 0 || index < end;
    const [, name = '', value = ''] = /^(--[^=]+)=(true|false)$/.exec(arg) ?? [];
    if (isOption && switches.has(name)) written.push(switched(name, value));
    else if (isOption && switches.has(before) && /^(?:true|false)$/.test(arg))
      written.splice(-1, 1, switched(before, arg));
    else written.push(arg);
  }
  return written;
}

function switched(name: string, value: string): string {
  return value === 'true' ? name : name.replace(/^--/, '--no-');
}

/**
 * The values of a parsed command's options.
 * @throws ActionError `invalid-input` if an option has the value of a secret
 */
export function valuesOf(command: Command, inputs: readonly CommandInput[]): OptionValues {
  const given = new Map<string, string>();
  const secretFiles = new Map<string, string>();
  for (const { name, kind } of inputs) {
    const value = cliValue(command, name);
    if (kind !== 'secret') {
      if (value !== undefined) given.set(name, String(value));
      continue;
    }
    if (value !== undefined) refuseSecret(name, value);
    const file = cliValue(command, `${name}-file`);
    if (file !== undefined) secretFiles.set(name, String(file));
  }
  return { given, secretFiles };
}

function cliValue(command: Command, name: string): string | boolean | undefined {
  const key = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return command.getOptionValueSource(key) === 'cli'
    ? (command.getOptionValue(key) as string | boolean)
    : undefined;
}

/** Other users of a machine can read the arguments of its processes. */
function refuseSecret(name: string, value: string | boolean): never {
  if (typeof value === 'string') registerSecret(value);
  throw new ActionError(
    'invalid-input',
    `--${name} takes no value: other users of this machine can read arguments`,
    {
      hint: `Set the variable ${variableOf(name)}, or use --${name}-file FILE ('-' reads standard input). Change the secret if this command is in a log. Nothing was sent.`,
    },
  );
}
