/**
 * Writes the inputs of each action as data for the options of the command: name, kind, default and choices. So the two never differ.
 * `scripts/assets.ts` writes the result to `src/generated/options.ts`.
 */
import { readDownloadInputs } from '../src/config/download.ts';
import { readLinkInputs } from '../src/config/links.ts';
import type { RawInput } from '../src/config/reader.ts';
import { readRemoveInputs } from '../src/config/remove.ts';
import { readUploadInputs } from '../src/config/upload.ts';
import { readWorkspacesInputs } from '../src/config/workspaces.ts';
import { type Declared, readAction } from './tables.ts';

type Read = (raw: RawInput, mask: () => void, keyless: boolean) => unknown;

/** The file and the reader of inputs of each command. */
const commands: Readonly<Record<string, readonly [file: string, read: Read]>> = {
  upload: ['action.yml', readUploadInputs],
  download: ['download/action.yml', readDownloadInputs],
  links: ['links/action.yml', readLinkInputs],
  remove: ['remove/action.yml', readRemoveInputs],
  workspaces: ['workspaces/action.yml', readWorkspacesInputs],
};

/** An input as the command offers it. */
interface Input {
  readonly name: string;
  /** `switch`: true or false; `list`: may be given several times; `secret`: never a value of an option. */
  readonly kind: 'text' | 'switch' | 'list' | 'secret';
  readonly required: boolean;
  readonly default: string;
  /** The values that the reader of inputs accepts, if they are few. */
  readonly choices: readonly string[];
}

function inputOf(name: string, declared: Declared, read: Read): Input {
  const choices = choicesOf(name, read);
  const value = String(declared.default ?? '');
  return {
    name,
    kind: kindOf(name, declared, choices),
    required: declared.required ?? false,
    // An expression is for GitHub only.
    default: value.includes('${{') ? '' : value,
    choices: choices.filter((choice) => choice !== 'true' && choice !== 'false'),
  };
}

function kindOf(name: string, { description }: Declared, choices: readonly string[]): Input['kind'] {
  if (/-(?:secret|token)$/.test(name)) return 'secret';
  if (choices.includes('true')) return 'switch';
  return /\bone per line\b|\bseparated by spaces\b/.test(description) ? 'list' : 'text';
}

/** The reader lists the choices in its error about an invalid value. */
function choicesOf(name: string, read: Read): string[] {
  const invalid = '?';
  try {
    read(
      (asked) => (asked === name ? invalid : ''),
      () => undefined,
      true,
    );
  } catch (error) {
    const { message, details } = error as { readonly message: string; readonly details: readonly string[] };
    const [, expected = ''] =
      [message, ...details]
        .map((line) => new RegExp(`\\b${name}: got '\\?', expected (?:one of )?('.*)$`).exec(line))
        .find((match) => match !== null) ?? [];
    if (/^'[^']*'(?:, '[^']*'| or '[^']*')*$/.test(expected))
      return [...expected.matchAll(/'([^']*)'/g)].map(([, choice = '']) => choice);
  }
  return [];
}

/** The text of `src/generated/options.ts`. */
export function optionsModule(): string {
  const entries = Object.entries(commands).map(([command, [file, read]]) => {
    const inputs = Object.entries(readAction(file).inputs ?? {}).map(
      ([name, declared]) => `    ${JSON.stringify(inputOf(name, declared, read))},\n`,
    );
    return `  ${command}: [\n${inputs.join('')}  ],\n`;
  });
  return [
    '// Written by scripts/options.ts from the action.yml files: change those, and run `npm run build`.',
    `export const inputs = {\n${entries.join('')}} as const;`,
    '',
  ].join('\n');
}
