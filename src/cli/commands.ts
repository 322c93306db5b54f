import type { Host } from '../hosts/host.ts';
import { type CommandInput, type InputName, inputsOf, loginInputs, logoutInputs } from './inputs.ts';
import { workspaceLines } from './workspaceTable.ts';

/** The outputs of a command, by name. */
export type Outputs = ReadonlyMap<string, string | number>;

/** The arguments of a command. */
export interface Argument {
  readonly input: InputName;
  /** E.g. `[PATH...]`. */
  readonly usage: string;
}

/** A command of the program. */
export interface CommandDefinition {
  readonly name: string;
  /** One sentence for `--help`. */
  readonly summary: string;
  readonly example: string;
  readonly inputs: readonly CommandInput[];
  /** The input that arguments give, and how the usage writes them. */
  readonly argument?: Argument;
  /** Inputs whose options exclude those of others. The variables of the others are then ignored. */
  readonly exclusive?: readonly (readonly InputName[])[];
  /** Whether the user has to follow its log, so that it has no `--quiet`. */
  readonly isInteractive?: true;
  /** The outputs that standard output may show: the first that is not empty is the result. */
  readonly results: readonly string[];
  /** Formats the result; `isTerminal` for people. */
  readonly format?: (result: string, isTerminal: boolean) => readonly string[];
  /** Loads the command. */
  readonly load: () => Promise<(host: Host) => Promise<void>>;
}

export const commands: readonly CommandDefinition[] = [
  {
    name: 'upload',
    summary: 'Upload files, and print a link to them.',
    example: 'upload dist -w my-workspace -d reports/main',
    inputs: inputsOf.upload,
    argument: { input: 'path', usage: '[PATH...]' },
    results: ['url', 's3-uri'],
    load: async () => (await import('../commands/upload.ts')).run,
  },
  {
    name: 'download',
    summary: 'Download files, by the link of an index page or from a workspace.',
    example: `download 'https://storage.example.org/…/_links.html?…' --path site`,
    inputs: inputsOf.download,
    argument: { input: 'from', usage: '[FROM]' },
    exclusive: [['from'], ['workspace', 'destination']],
    results: ['download-path'],
    load: async () => (await import('../commands/download.ts')).run,
  },
  {
    name: 'links',
    summary: 'Create new links to uploaded files.',
    example: 'links -w my-workspace -d reports/main',
    inputs: inputsOf.links,
    results: ['url', 's3-uri'],
    load: async () => (await import('../commands/links.ts')).run,
  },
  {
    name: 'remove',
    summary: 'Delete a folder, or its old files.',
    example: 'remove -w my-workspace -d previews --older-than 14d',
    inputs: inputsOf.remove,
    results: [],
    load: async () => (await import('../commands/remove.ts')).run,
  },
  {
    name: 'workspaces',
    summary: 'List the workspaces that the client app can use.',
    example: 'workspaces --platforms gep',
    inputs: inputsOf.workspaces,
    results: ['workspaces'],
    format: workspaceLines,
    load: async () => (await import('../commands/workspaces.ts')).run,
  },
  {
    name: 'login',
    summary: 'Log in with your account, and store the login for later commands.',
    example: 'login --client-id people --platforms gep',
    inputs: loginInputs,
    isInteractive: true,
    results: ['user'],
    load: async () => (await import('../commands/login.ts')).run,
  },
  {
    name: 'logout',
    summary: 'Remove the stored login, and revoke it.',
    example: 'logout --client-id people',
    inputs: logoutInputs,
    results: ['user'],
    load: async () => (await import('../commands/logout.ts')).run,
  },
];
