/**
 * Writes the parts of README.md and docs/ that repeat other files: tables of inputs and outputs from the `action.yml` files, and
 * recipes from `examples/`, which the tests run.
 *
 *     npm run docs               write them
 *     npm run docs -- --check    fail if they are stale, or if a Markdown file has a broken link
 *
 * A table is between `<!-- inputs:links/action.yml -->` and `<!-- /inputs -->`, or the same with `outputs`; a recipe between
 * `<!-- example:release.yml -->` and `<!-- /example -->`. The table of `inputs:shared` has what several actions describe in the
 * same words, and the other tables leave it out.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { brokenLinks, markdownFiles } from './markdown.ts';

const root = join(import.meta.dirname, '..');

/** The files that declare this repository's actions. */
export const actionFiles = [
  'action.yml',
  'download/action.yml',
  'links/action.yml',
  'remove/action.yml',
  'workspaces/action.yml',
].filter((file) => existsSync(join(root, file)));

/** The pages with tables and recipes, relative to the repository. */
export const pages = markdownFiles().filter((file) => file === 'README.md' || file.startsWith('docs/'));

/** An input or output as its `action.yml` declares it. */
export interface Declared {
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string | number | boolean;
}

type Kind = 'inputs' | 'outputs';

/** The parts of an `action.yml` that this script reads. */
export interface Action {
  readonly inputs?: Readonly<Record<string, Declared>>;
  readonly outputs?: Readonly<Record<string, Declared>>;
}

/** The actions by their files. */
export type Actions = Readonly<Record<string, Action>>;

/** Reads an `action.yml`; the path is relative to the repository. */
export function readAction(file: string): Action {
  return parse(readFileSync(join(root, file), 'utf8')) as Action;
}

/** The page with the content of each marked table replaced. */
export function withTables(page: string, actions: Actions): string {
  return page.replace(
    /(<!-- (inputs|outputs):(\S+) -->\n)[\s\S]*?(<!-- \/\2 -->)/g,
    (_, start: string, kind: Kind, file: string, end: string) =>
      [
        start,
        '<!-- prettier-ignore-start -->\n',
        ...(file === 'shared' ? sharedTable(actions, kind) : ownTable(actions, kind, file)),
        '\n<!-- prettier-ignore-end -->\n',
        end,
      ].join('\n'),
  );
}

/** The page with the content of each marked recipe replaced by the file in `examples/` that its marker names. */
export function withExamples(page: string, textOf: (file: string) => string): string {
  return page.replace(
    /(<!-- example:(\S+) -->\n)[\s\S]*?(<!-- \/example -->)/g,
    (_, start: string, file: string, end: string) =>
      [start, `\`\`\`yaml\n${textOf(file).trim()}\n\`\`\`\n`, end].join('\n'),
  );
}

/** Inputs or outputs that several actions have with the same description and default, in the order of the files. */
function sharedTable(actions: Actions, kind: Kind): string[] {
  const rows = new Map<string, { name: string; declared: Declared; users: string[] }>();
  for (const [file, action] of Object.entries(actions)) {
    for (const [name, declared] of Object.entries(action[kind] ?? {})) {
      const users = usersOf(actions, kind, name, declared);
      if (users.length > 1 && users[0] === file) rows.set(`${name} ${file}`, { name, declared, users });
    }
  }
  const all = Object.keys(actions).length;
  const used = (users: string[]) => (users.length === all ? 'all' : users.map(actionName).join(', '));
  return table(
    [kind.slice(0, -1), 'actions', ...(kind === 'inputs' ? ['default'] : []), 'meaning'],
    [...rows.values()].map(({ name, declared, users }) => [
      `\`${name}\``,
      used(users),
      ...(kind === 'inputs' ? [defaultCell(declared)] : []),
      cell(declared.description),
    ]),
  );
}

/** Inputs or outputs of one action that are not shared. */
function ownTable(actions: Actions, kind: Kind, file: string): string[] {
  const own = Object.entries(actions[file]?.[kind] ?? {}).filter(
    ([name, declared]) => usersOf(actions, kind, name, declared).length === 1,
  );
  return table(
    [kind.slice(0, -1), ...(kind === 'inputs' ? ['default'] : []), 'meaning'],
    own.map(([name, declared]) => [
      `\`${name}\``,
      ...(kind === 'inputs' ? [defaultCell(declared)] : []),
      cell(declared.description),
    ]),
  );
}

/** The files of the actions that declare a name with the same description and default. */
function usersOf(actions: Actions, kind: Kind, name: string, declared: Declared): string[] {
  return Object.keys(actions).filter((file) => {
    const other = actions[file]?.[kind]?.[name];
    return (
      other?.description === declared.description &&
      other.default === declared.default &&
      other.required === declared.required
    );
  });
}

/** `links` of `links/action.yml`; the root action is `upload`. */
function actionName(file: string): string {
  return file === 'action.yml' ? 'upload' : file.replace('/action.yml', '');
}

function table(head: string[], rows: string[][]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function defaultCell({ required, default: value = '' }: Declared): string {
  if (required) return '**required**';
  return value === '' ? '' : `\`${cell(String(value))}\``;
}

/** Formats text for a table cell: each paragraph on one line, a break between them, pipes escaped. */
function cell(text: string): string {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' '))
    .join('<br>')
    .replaceAll('|', '\\|');
}

/** The missing markers. Without them, inputs or outputs would be missing. */
export function missingMarkers(text: string, actions: Actions): string[] {
  return (['inputs', 'outputs'] as const)
    .flatMap((kind) => [
      ...(sharedTable(actions, kind).length > 2 ? [`<!-- ${kind}:shared -->`] : []),
      ...Object.keys(actions)
        .filter((file) => ownTable(actions, kind, file).length > 2)
        .map((file) => `<!-- ${kind}:${file} -->`),
    ])
    .filter((marker) => !text.includes(marker));
}

/** Writes the pages, or compares them if `isCheck`. Returns the problems as sentences. */
function update(isCheck: boolean): string[] {
  const actions = Object.fromEntries(actionFiles.map((file) => [file, readAction(file)]));
  const textOf = (file: string) => readFileSync(join(root, 'examples', file), 'utf8');
  const stale: string[] = [];
  let all = '';
  for (const file of pages) {
    const page = readFileSync(join(root, file), 'utf8');
    const fresh = withExamples(withTables(page, actions), textOf);
    all += fresh;
    if (fresh === page) continue;
    if (isCheck) stale.push(`${file} is stale: run \`npm run docs\` and commit the result`);
    else writeFileSync(join(root, file), fresh);
  }
  return [
    ...missingMarkers(all, actions).map((marker) => `No page has the marker ${marker}`),
    ...stale,
    ...brokenLinks(markdownFiles()),
  ];
}

if (import.meta.main) {
  const problems = update(process.argv.includes('--check'));
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}
