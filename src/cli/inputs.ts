import { inputs } from '../generated/options.ts';

type Generated = (typeof inputs)[keyof typeof inputs][number];

/** An input of the `action.yml` files, or one that only the command `login` has. */
export type InputName = Generated['name'] | 'device' | 'browser';

export interface CommandInput {
  readonly name: InputName;
  /** `switch`: `--x` and `--no-x`; `list`: may be given several times; `secret`: `--x-file FILE`, never a value. */
  readonly kind: 'text' | 'switch' | 'list' | 'secret';
  readonly required: boolean;
  /** Empty for none. */
  readonly default: string;
  /** The only valid values, if they are few. */
  readonly choices: readonly string[];
}

/** The inputs of each action, as in its `action.yml`. */
export const inputsOf: Readonly<Record<keyof typeof inputs, readonly CommandInput[]>> = inputs;

/** The inputs of `login`. */
export const loginInputs: readonly CommandInput[] = [
  ...inputsNamed('client-id', 'platforms', 'scope', 'issuer', 'ca-certificates', 'tls-verify'),
  { name: 'device', kind: 'switch', required: false, default: 'false', choices: [] },
  { name: 'browser', kind: 'switch', required: false, default: 'true', choices: [] },
];

/** The inputs of `logout`. */
export const logoutInputs = inputsNamed('client-id', 'issuer', 'ca-certificates', 'tls-verify');

function inputsNamed(...names: readonly InputName[]): CommandInput[] {
  return inputsOf.workspaces.filter(({ name }) => names.includes(name));
}

/** The variable for an input or an output, e.g. `TERRAPI_CLIENT_ID` for `client-id`. */
export function variableOf(name: string): string {
  return `TERRAPI_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** Values that options give, by input. */
export type Given = ReadonlyMap<string, string>;

/**
 * Returns the raw value of an input: from its option, else from its variable; empty if it has neither.
 * @param exclusive groups of inputs of which only one can be used: an option of one group makes the variables of the others ineffective
 */
export function inputReader(
  given: Given,
  env: Readonly<Record<string, string | undefined>>,
  exclusive: readonly (readonly string[])[] = [],
): (name: string) => string {
  const isExcluded = (name: string) => {
    const chosen = exclusive.find((group) => group.some((other) => given.has(other)));
    return chosen !== undefined && !chosen.includes(name) && exclusive.some((group) => group.includes(name));
  };
  return (name) => given.get(name) ?? (isExcluded(name) ? '' : (env[variableOf(name)] ?? ''));
}
