import { readFile } from 'node:fs/promises';
import path from 'node:path';

import type { RunnerResult } from '../platform/runner.ts';
import type { Sample } from './sample.ts';

/** The answer to a request for one link. */
export interface Opened {
  readonly name: string;
  readonly url: string;
  readonly body: Buffer;
  /** The header Content-Type. */
  readonly type: string;
  /** What is wrong. Undefined if the link opens what it should. */
  readonly problem: string | undefined;
}

/** The link of each file by its name below the destination, read from the file that the output `links-file` names. */
function linksOf({ outputs, files }: RunnerResult): ReadonlyMap<string, string> {
  const content = JSON.parse(files[outputs['links-file'] ?? ''] ?? '{"files":[]}') as {
    readonly files: readonly { readonly path: string; readonly url: string }[];
  };
  return new Map(content.files.map(({ path: name, url }) => [name, url]));
}

/** Opens every file's link, and compares the answer with the file. A missing link and an unexpected one are problems too. */
export async function openLinks(result: RunnerResult, sample: Sample): Promise<Opened[]> {
  const links = linksOf(result);
  const opened: Opened[] = [];
  for (const name of [...new Set([...sample.expected, ...links.keys()])].sort()) {
    const url = links.get(name);
    if (url === undefined) opened.push(failed(name, '', 'has no link'));
    else if (!sample.expected.includes(name)) opened.push(failed(name, url, 'should not be published'));
    else opened.push(await compareWithFile(await openLink(name, url), sample.root));
  }
  return opened;
}

/** Opens the pages that the action generates: the preview, and the index page with a link to each file. */
export async function openPages(result: RunnerResult, { expected }: Sample): Promise<Opened[]> {
  const preview = await openLink('Preview', pageLink([result.outputs['url'] ?? ''], '/_preview.html'));
  const index = await openLink('All files', pageLink(linksIn(result.summary), '/_links.html'));
  const text = index.body.toString();
  const missing = expected.find((name) => !text.includes(path.posix.basename(name)));
  return [
    preview,
    missing === undefined || index.problem !== undefined
      ? index
      : { ...index, problem: `does not list ${missing}` },
  ];
}

/** The links of a job summary. It is the only output with the link of the index page if there is a preview. */
function linksIn(summary: string): string[] {
  return summary.match(/https?:\/\/[^\s<>()"]+/g) ?? [];
}

/** The first link whose path ends with this text. Empty if there is none. */
function pageLink(links: readonly string[], end: string): string {
  return links.find((link) => URL.parse(link)?.pathname.endsWith(end)) ?? '';
}

/** Opens a link. Never throws: the result has the problem. */
export async function openLink(name: string, url: string): Promise<Opened> {
  if (url === '') return failed(name, url, 'has no link');
  try {
    const answer = await fetch(url);
    const body = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get('content-type') ?? '';
    return { name, url, body, type, problem: answer.ok ? undefined : `answers ${answer.status}` };
  } catch (error) {
    return failed(name, url, error instanceof Error ? error.message : String(error));
  }
}

async function compareWithFile(opened: Opened, root: string): Promise<Opened> {
  if (opened.problem !== undefined) return opened;
  const file = await readFile(path.join(root, ...opened.name.split('/')));
  if (opened.body.equals(file)) return opened;
  return { ...opened, problem: `differs from the file, which has ${file.length} bytes` };
}

function failed(name: string, url: string, problem: string): Opened {
  return { name, url, body: Buffer.alloc(0), type: '', problem };
}
