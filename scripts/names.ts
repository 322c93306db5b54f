/**
 * Compares inputs, outputs and defaults in the code and in the `action.yml` files. An input that is declared under one name and read under
 * another is always empty, and no other check finds that.
 */
import { join } from 'node:path';

import ts from 'typescript';

import { readDownloadInputs } from '../src/config/download.ts';
import { readLinkInputs } from '../src/config/links.ts';
import type { RawInput } from '../src/config/reader.ts';
import { readRemoveInputs } from '../src/config/remove.ts';
import { readUploadInputs } from '../src/config/upload.ts';
import { readWorkspacesInputs } from '../src/config/workspaces.ts';
import { actionFiles, readAction, type Action } from './tables.ts';

interface Code {
  readonly read: (raw: RawInput, mask: () => void, keyless: boolean) => unknown;
  /** Name of the interface with its outputs in `src/config/outputs.ts`. */
  readonly outputs: string;
  /** Values of inputs that a run needs, although the file does not require them. */
  readonly given?: Readonly<Record<string, string>>;
}

/** The reader of inputs and the outputs of each action. */
const codeOf: Readonly<Record<string, Code>> = {
  'action.yml': { read: readUploadInputs, outputs: 'UploadOutputs' },
  'download/action.yml': {
    read: readDownloadInputs,
    outputs: 'DownloadOutputs',
    given: { 'client-id': 'example', workspace: 'example' },
  },
  'links/action.yml': { read: readLinkInputs, outputs: 'LinksOutputs' },
  'remove/action.yml': { read: readRemoveInputs, outputs: 'RemoveOutputs' },
  'workspaces/action.yml': { read: readWorkspacesInputs, outputs: 'WorkspacesOutputs' },
};

/** Differences between an action's file and its code, as sentences. */
export function differences(file: string, action: Action, code: Code): string[] {
  return [
    ...compare(file, 'input', Object.keys(action.inputs ?? {}), inputsReadBy(code)),
    ...compare(file, 'output', Object.keys(action.outputs ?? {}), membersOf(code.outputs)),
    ...differentDefaults(file, action, code),
    ...expressionsIn(file, action),
    ...withoutExample(file, action),
  ];
}

function compare(file: string, kind: string, declared: readonly string[], used: readonly string[]): string[] {
  return [
    ...used.filter((name) => !declared.includes(name)).map((name) => `${file} lacks the ${kind} "${name}"`),
    ...declared
      .filter((name) => !used.includes(name))
      .map((name) => `${file} declares the ${kind} "${name}", which the code does not use`),
  ];
}

// Errors are collected until the end, so the reader reads all inputs even if all are empty.
function inputsReadBy({ read }: Code): string[] {
  const names = new Set<string>();
  const ask = (name: string) => {
    names.add(name);
    return '';
  };
  try {
    read(ask, () => undefined, true);
  } catch {
    // The required ones are missing.
  }
  return [...names];
}

/** A run without optional inputs must use the defaults of the action's file. */
function differentDefaults(file: string, action: Action, { read, given: needed = {} }: Code): string[] {
  const inputs = action.inputs ?? {};
  const given = (name: string) => needed[name] ?? (inputs[name]?.required ? 'example' : '');
  const withDefaults = (name: string) => given(name) || literal(inputs[name]?.default);
  const inCode = JSON.stringify(readOrFail(read, given));
  const inFile = JSON.stringify(readOrFail(read, withDefaults));
  return inCode === inFile ? [] : [`${file} has other defaults than the code:\n  ${inFile}\n  ${inCode}`];
}

/** The runner evaluates expressions in descriptions too, and rejects the action. */
function expressionsIn(file: string, { inputs = {}, outputs = {} }: Action): string[] {
  return Object.entries({ ...inputs, ...outputs })
    .filter(([, { description }]) => description.includes('${{'))
    .map(
      ([name]) =>
        `${file}: the description of "${name}" contains "\${{", which the runner evaluates and rejects`,
    );
}

/** People copy an example faster than they read a description. */
function withoutExample(file: string, { inputs = {} }: Action): string[] {
  return Object.entries(inputs)
    .filter(([, { description }]) => !/\be\.g\. `|\bExample: `/.test(description))
    .map(
      ([name]) => `${file}: the description of the input "${name}" has no example, such as "e.g. \`dist\`"`,
    );
}

/** A default. Empty if it is an expression, e.g. `${{ github.token }}`. */
function literal(value: string | number | boolean = ''): string {
  const text = String(value);
  return text.includes('${{') ? '' : text;
}

function readOrFail(read: Code['read'], raw: RawInput): unknown {
  try {
    // Without an identity token, the secret is required, and has no default to compare.
    return read(raw, () => undefined, true);
  } catch (error) {
    return String(error);
  }
}

/** Names of the members of an interface in `src/config/outputs.ts`, with inherited ones. */
function membersOf(name: string): string[] {
  const file = join(import.meta.dirname, '..', 'src', 'config', 'outputs.ts');
  const program = ts.createProgram([file], {
    noLib: true,
    types: [],
    allowImportingTsExtensions: true,
    noEmit: true,
  });
  const source = program.getSourceFile(file);
  const declaration = source?.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  if (!declaration) throw new Error(`src/config/outputs.ts has no interface "${name}"`);
  const type = program.getTypeChecker().getTypeAtLocation(declaration);
  return type.getProperties().map((property) => property.name);
}

if (import.meta.main) {
  const problems = actionFiles.flatMap((file) => {
    const code = codeOf[file];
    return code ? differences(file, readAction(file), code) : [`scripts/names.ts does not know ${file}`];
  });
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(`${actionFiles.length} action files compared with the code\n`);
  process.exitCode = problems.length === 0 && actionFiles.length > 0 ? 0 : 1;
}
