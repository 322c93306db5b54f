/** The words for what differs between an action and the command. */
export interface Wording {
  /** How people write an input, with a value or without, e.g. `links: platform`. */
  readonly setting: (name: string, value?: string) => string;
  /** The noun before a setting, for one and for several. */
  readonly inputNouns: readonly [one: string, several: string];
  /** One of the actions, e.g. `the 'links' action`. */
  readonly action: (name: string) => string;
  /** This program, e.g. `this action`. */
  readonly program: string;
  /** This run of it, e.g. `this step`. */
  readonly step: string;
  /** What runs it as a whole, e.g. `job`. */
  readonly job: string;
  /** The computer, e.g. `this runner`. */
  readonly machine: string;
  /** What to do about invalid inputs, as an imperative. */
  readonly correctInputs: string;
  /** Why the client secret is needed, after its name. */
  readonly missingSecret: string;
  /** A value for `client-id`. */
  readonly clientIdExample: string;
}

const actionWording: Wording = {
  setting: (name, value) => (value === undefined ? name : `${name}: ${value}`),
  inputNouns: ['input ', 'inputs '],
  action: (name) => `the '${name}' action`,
  program: 'this action',
  step: 'this step',
  job: 'job',
  machine: 'this runner',
  correctInputs: `Correct the 'with:' of this step.`,
  missingSecret: 'is missing, and the job cannot get an OIDC token; expected one of the two',
  clientIdExample: '${{ vars.TERRAPI_CLIENT_ID }}',
};

/** Messages are written in many places, and one process has one way to run. So the words are global, like the secrets. */
let current = actionWording;

/** Sets the words of this process. The default is an action's. @returns sets the words before */
export function useWording(wording: Wording): () => void {
  const before = current;
  current = wording;
  return () => {
    current = before;
  };
}

export function wording(): Wording {
  return current;
}

/** How people write an input, quoted, e.g. `'links: platform'`. */
export function setting(name: string, value?: string): string {
  return `'${current.setting(name, value)}'`;
}

/** Inputs with their noun, e.g. `input 'path'`, or `inputs 'client-id' and 'client-secret'`. */
export function inputs(...names: readonly [string, ...string[]]): string {
  const [one, several] = current.inputNouns;
  return `${names.length === 1 ? one : several}${names.map((name) => setting(name)).join(' and ')}`;
}

/** With a capital letter, for the start of a sentence. */
export function capitalized(text: string): string {
  return text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
}
