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

/** The text for standard output; empty if there is no result. */
export function resultText(
  { results }: Pick<CommandDefinition, 'results'>,
  outputs: Outputs,
  { json, print }: ResultOptions,
): string {
  if (json) return `${redact(JSON.stringify(Object.fromEntries([...outputs].map(jsonEntry)), null, 2))}\n`;
  const names = print === undefined ? results : [print];
  const value = names.map((name) => String(outputs.get(name) ?? '')).find((text) => text !== '');
  return value === undefined ? '' : `${outputLines(value).join('\n')}\n`;
}

function jsonEntry([name, value]: [string, string | number]): [string, unknown] {
  if (!jsonOutputs.has(name) || value === '') return [name, value];
  return [name, JSON.parse(String(value)) as unknown];
}
