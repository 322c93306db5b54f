/**
 * Holds the code and the `action.yml` files to the same inputs, outputs and defaults. An input declared under one name
 * and read under another is empty in every run, and nothing else would notice.
 */
import { join } from 'node:path';

import ts from 'typescript';

import { readLinkInputs } from '../src/config/links.ts';
import type { RawInput } from '../src/config/reader.ts';
import { readRemoveInputs } from '../src/config/remove.ts';
import { readUploadInputs } from '../src/config/upload.ts';
import { readWorkspacesInputs } from '../src/config/workspaces.ts';
import { actionFiles, readAction, type Action } from './tables.ts';

interface Code {
  readonly read: (raw: RawInput, mask: () => void, keyless: boolean) => unknown;
  /** Name of the interface in `src/config/outputs.ts` that has its outputs. */
  readonly outputs: string;
}

/** What reads the inputs of each action and what sets its outputs. */
const codeOf: Readonly<Record<string, Code>> = {
  'action.yml': { read: readUploadInputs, outputs: 'UploadOutputs' },
  'links/action.yml': { read: readLinkInputs, outputs: 'LinksOutputs' },
  'remove/action.yml': { read: readRemoveInputs, outputs: 'RemoveOutputs' },
  'workspaces/action.yml': { read: readWorkspacesInputs, outputs: 'WorkspacesOutputs' },
};

/** Everything in which an action's file and its code differ, one sentence each. */
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
      .map((name) => `${file} declares the ${kind} "${name}", which no code knows`),
  ];
}

// Errors are collected to the end, so even empty inputs are all asked for.
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

/** A run without the optional inputs has to see what the action's file says is their default. */
function differentDefaults(file: string, action: Action, { read }: Code): string[] {
  const inputs = action.inputs ?? {};
  const given = (name: string) => (inputs[name]?.required ? 'example' : '');
  const withDefaults = (name: string) => given(name) || literal(inputs[name]?.default);
  const inCode = JSON.stringify(readOrFail(read, given));
  const inFile = JSON.stringify(readOrFail(read, withDefaults));
  return inCode === inFile ? [] : [`${file} has other defaults than the code:\n  ${inFile}\n  ${inCode}`];
}

/** The runner evaluates descriptions too, and refuses the whole action for an expression in one. */
function expressionsIn(file: string, { inputs = {}, outputs = {} }: Action): string[] {
  return Object.entries({ ...inputs, ...outputs })
    .filter(([, { description }]) => description.includes('${{'))
    .map(
      ([name]) =>
        `${file}: the description of "${name}" holds "\${{", which the runner evaluates and refuses`,
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

/** A default as far as it does not depend on the run, like `${{ github.token }}`. */
function literal(value: string | number | boolean = ''): string {
  const text = String(value);
  return text.includes('${{') ? '' : text;
}

function readOrFail(read: Code['read'], raw: RawInput): unknown {
  try {
    // Without an identity of its own a run needs a secret, and there is no default to compare.
    return read(raw, () => undefined, true);
  } catch (error) {
    return String(error);
  }
}

/** Names of the members of an interface in `src/config/outputs.ts`, inherited ones too. */
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
