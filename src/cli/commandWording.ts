import type { Wording } from '../text/wording.ts';
import type { CommandInput, Given, InputName } from './inputs.ts';
import { variableOf } from './inputs.ts';

/** Where the values of inputs came from, and what runs the command. */
export interface WordingOptions {
  readonly inputs: readonly CommandInput[];
  /** The input that arguments give. */
  readonly argument?: InputName | undefined;
  readonly given: Given;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `job` in a CI system. */
  readonly job: 'job' | 'command';
}

/** The words of the command: options instead of inputs, and a variable where the value came from one. */
export function commandWording({ inputs, argument, given, env, job }: WordingOptions): Wording {
  const kinds = new Map<string, CommandInput['kind']>(inputs.map(({ name, kind }) => [name, kind]));
  const setting = (name: string, value?: string) => {
    const kind = kinds.get(name);
    if (kind === 'secret') return variableOf(name);
    if (value === undefined) {
      if (!given.has(name) && env[variableOf(name)]) return variableOf(name);
      return name === argument ? name.toUpperCase() : `--${name}`;
    }
    if (kind !== 'switch' || !/^(?:true|false)$/.test(value)) return `--${name} ${value}`;
    return value === 'true' ? `--${name}` : `--no-${name}`;
  };
  return {
    setting,
    inputNouns: ['', ''],
    action: (name) => `the command '${name}'`,
    program: 'this command',
    step: 'this command',
    job,
    machine: 'this machine',
    correctInputs: `Correct the options or the TERRAPI_… variables; '--help-all' lists all options.`,
    missingSecret: 'is missing; expected the secret of the client app',
    clientIdExample: `in the variable ${variableOf('client-id')}`,
  };
}
