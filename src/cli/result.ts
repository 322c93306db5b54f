import type { HiddenLinks } from '../hosts/host.ts';
import { outputLines } from '../hosts/outputLines.ts';
import { redact } from '../text/secrets.ts';
import type { CommandDefinition, Outputs } from './commands.ts';

/** What standard output shows. */
export interface ResultOptions {
  /** All outputs as JSON. */
  readonly json: boolean;
  /** The name of one output; undefined for the result of the command. */
  readonly print: string | undefined;
}

/** Outputs that are JSON themselves. */
const jsonOutputs = new Set(['urls', 'workspaces', 'preview']);

/**
 * The text for standard output; empty if there is no result.
 * @param hidden what to show in place of a link, if standard output is a log that must not show links
 */
export function resultText(
  { results, format }: Pick<CommandDefinition, 'results' | 'format'>,
  outputs: Outputs,
  { json, print, isTerminal = false }: ResultOptions & { readonly isTerminal?: boolean },
  hidden?: HiddenLinks,
): string {
  if (json) return `${redact(JSON.stringify(Object.fromEntries([...outputs].map(jsonEntry)), null, 2))}\n`;
  const names = print === undefined ? results : [print];
  const name = names.find((given) => String(outputs.get(given) ?? '') !== '');
  if (name === undefined) return '';
  const isHidden = hidden?.result !== undefined && print === undefined && name === 'url';
  const value = isHidden ? hidden.result(outputs) : String(outputs.get(name));
  if (value === '') return '';
  const lines = format && print === undefined ? format(value, isTerminal) : outputLines(value);
  return lines.map((line) => `${line}\n`).join('');
}

function jsonEntry([name, value]: [string, string | number]): [string, unknown] {
  if (!jsonOutputs.has(name) || value === '') return [name, value];
  return [name, JSON.parse(String(value)) as unknown];
}
