/** Anchors and link targets of Markdown files, as GitHub computes them. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

import { fromMarkdown } from 'mdast-util-from-markdown';

const root = join(import.meta.dirname, '..');
const notOurs = new Set(['node_modules', '.cache', '.git', 'dist', '__tests__']);

/** The repository's Markdown files, relative to it, sorted. */
export function markdownFiles(): string[] {
  const found = globSync('**/*.md', { cwd: root, exclude: (path) => notOurs.has(posix.basename(path)) });
  return found.map((file) => file.replaceAll('\\', '/')).sort();
}

/** The parts of an mdast node that this module reads. */
interface Node {
  readonly type: string;
  readonly value?: string;
  readonly url?: string;
  readonly children?: readonly Node[];
}

/** Each anchor of a page: GitHub's slugs of its headings, and the `id` and `name` attributes of its HTML. */
export function anchorsIn(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const node of nodesIn(fromMarkdown(page))) {
    if (node.type === 'heading') anchors.add(freeSlug(slug(textOf(node)), anchors));
    if (node.type === 'html') for (const name of attributesIn(node, 'id|name')) anchors.add(name);
  }
  return anchors;
}

/** The target of each link and picture of a page. */
export function targetsIn(page: string): string[] {
  return nodesIn(fromMarkdown(page)).flatMap((node) => {
    if (node.type === 'html') return attributesIn(node, 'href|src');
    return node.url === undefined ? [] : [node.url];
  });
}

/** Finds relative links without a target file or anchor. Returns a sentence for each. */
export function brokenLinks(files: readonly string[], read = readPage): string[] {
  const anchors = new Map<string, Set<string>>();
  const problemOf = (file: string, target: string): string | undefined => {
    const [path = '', anchor] = decodeURIComponent(target).split('#');
    const wanted = path === '' ? file : posix.join(posix.dirname(file), path);
    const page = read(wanted);
    if (page === undefined) return `there is no file ${wanted}`;
    if (anchor === undefined || !wanted.endsWith('.md')) return undefined;
    const known = anchors.get(wanted) ?? anchorsIn(page);
    anchors.set(wanted, known);
    return known.has(anchor) ? undefined : `${wanted} has no heading with that anchor`;
  };
  return files.flatMap((file) =>
    targetsIn(read(file) ?? '')
      .filter((target) => !/^[a-z][a-z\d+.-]*:|^\/\//i.test(target))
      .map((target) => ({ target, problem: problemOf(file, target) }))
      .filter(({ problem }) => problem !== undefined)
      .map(({ target, problem }) => `${file} links to ${target}, but ${problem}`),
  );
}

/** The text of a file, '' for a folder, undefined if there is neither. */
function readPage(file: string): string | undefined {
  const path = join(root, file);
  if (!existsSync(path)) return undefined;
  return file.endsWith('.md') ? readFileSync(path, 'utf8') : '';
}

function nodesIn(node: Node): Node[] {
  return [node, ...(node.children ?? []).flatMap(nodesIn)];
}

function textOf(node: Node): string {
  return node.value ?? (node.children ?? []).map(textOf).join('');
}

/** Same as github-slugger: lower case, no punctuation except `-` and `_`, a hyphen for each space. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** A heading with the text of an earlier one gets a number. */
function freeSlug(wanted: string, taken: ReadonlySet<string>): string {
  let free = wanted;
  for (let number = 1; taken.has(free); number += 1) free = `${wanted}-${number}`;
  return free;
}

function attributesIn({ value = '' }: Node, names: string): string[] {
  return [...value.matchAll(new RegExp(`\\s(?:${names})="([^"]*)"`, 'g'))].map(([, found = '']) => found);
}
