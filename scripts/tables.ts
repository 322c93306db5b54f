/**
 * Keeps the tables of inputs and outputs in README.md as the `action.yml` files have them, and its recipes as the workflow files in
 * `examples/`, which the tests run.
 *
 *     npm run docs               writes them
 *     npm run docs -- --check    fails when they are stale
 *
 * A table stands between `<!-- inputs:links/action.yml -->` and `<!-- /inputs -->`, or the same with `outputs`; a recipe between
 * `<!-- example:release.yml -->` and `<!-- /example -->`.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');

/** The files that declare this repository's actions, as far as they exist. */
export const actionFiles = [
  'action.yml',
  'links/action.yml',
  'remove/action.yml',
  'workspaces/action.yml',
].filter((file) => existsSync(join(root, file)));

interface Input {
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string | number | boolean;
}

/** What this reads of an `action.yml`. */
export interface Action {
  readonly inputs?: Readonly<Record<string, Input>>;
  readonly outputs?: Readonly<Record<string, { readonly description: string }>>;
}

/** Reads an `action.yml`; the path is relative to the repository. */
export function readAction(file: string): Action {
  return parse(readFileSync(join(root, file), 'utf8')) as Action;
}

/** The page with every marked table written anew from the action that its marker names. */
export function withTables(page: string, actionOf: (file: string) => Action): string {
  return page.replace(
    /(<!-- (inputs|outputs):(\S+) -->\n)[\s\S]*?(<!-- \/\2 -->)/g,
    (_, start: string, kind: string, file: string, end: string) => {
      const action = actionOf(file);
      const table = kind === 'inputs' ? inputTable(action) : outputTable(action);
      return [
        start,
        '<!-- prettier-ignore-start -->\n',
        ...table,
        '\n<!-- prettier-ignore-end -->\n',
        end,
      ].join('\n');
    },
  );
}

/** The page with every marked recipe written anew from the file in `examples/` that its marker names. */
export function withExamples(page: string, textOf: (file: string) => string): string {
  return page.replace(
    /(<!-- example:(\S+) -->\n)[\s\S]*?(<!-- \/example -->)/g,
    (_, start: string, file: string, end: string) =>
      [start, `\`\`\`yaml\n${textOf(file).trim()}\n\`\`\`\n`, end].join('\n'),
  );
}

function inputTable({ inputs = {} }: Action): string[] {
  const rows = Object.entries(inputs).map(([name, input]) => [
    `\`${name}\``,
    defaultCell(input),
    cell(input.description),
  ]);
  return table(['input', 'default', 'meaning'], rows);
}

function outputTable({ outputs = {} }: Action): string[] {
  const rows = Object.entries(outputs).map(([name, output]) => [`\`${name}\``, cell(output.description)]);
  return table(['output', 'meaning'], rows);
}

function table(head: string[], rows: string[][]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function defaultCell({ required, default: value = '' }: Input): string {
  if (required) return '**required**';
  return value === '' ? '' : `\`${cell(String(value))}\``;
}

/** Text in the form that a table cell can hold: paragraphs apart by a break, each on one line, pipes escaped. */
function cell(text: string): string {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' '))
    .join('<br>')
    .replaceAll('|', '\\|');
}

/** The markers that a page lacks, so that no action goes undocumented. */
export function missingMarkers(page: string, files: readonly string[]): string[] {
  return files
    .flatMap((file) => [`<!-- inputs:${file} -->`, `<!-- outputs:${file} -->`])
    .filter((marker) => !page.includes(marker));
}

if (import.meta.main) {
  const readme = join(root, 'README.md');
  const page = readFileSync(readme, 'utf8');
  const textOf = (file: string) => readFileSync(join(root, 'examples', file), 'utf8');
  const fresh = withExamples(withTables(page, readAction), textOf);
  const missing = missingMarkers(page, actionFiles);
  if (missing.length > 0) {
    process.stderr.write(`README.md has no place for a table: ${missing.join(', ')}\n`);
    process.exitCode = 1;
  }
  if (!process.argv.includes('--check')) writeFileSync(readme, fresh);
  else if (fresh !== page) {
    process.stderr.write(
      'The tables or recipes in README.md are stale. Run `npm run docs` and commit what it changes.\n',
    );
    process.exitCode = 1;
  }
}
