import { readFile } from 'node:fs/promises';
import path from 'node:path';

import type { RunnerResult } from '../platform/runner.ts';
import type { Sample } from './sample.ts';

/** What opening a link came to. */
export interface Opened {
  readonly name: string;
  readonly url: string;
  /** Bytes that came. */
  readonly size: number;
  readonly type: string;
  /** What is wrong with it; undefined where the bytes are those of the file. */
  readonly problem: string | undefined;
}

/** The link of each file by its name below the destination, out of the file that the output `links-file` names. */
export function linksOf({ outputs, files }: RunnerResult): ReadonlyMap<string, string> {
  const content = JSON.parse(files[outputs['links-file'] ?? ''] ?? '{"files":[]}') as {
    readonly files: readonly { readonly path: string; readonly url: string }[];
  };
  return new Map(content.files.map(({ path: name, url }) => [name, url]));
}

/** Opens every link, and compares what comes with the file; a link too many or too few is a problem as well. */
export async function openLinks(result: RunnerResult, sample: Sample): Promise<Opened[]> {
  const links = linksOf(result);
  const opened: Opened[] = [];
  for (const name of [...new Set([...sample.expected, ...links.keys()])].sort()) {
    const url = links.get(name);
    if (url === undefined) opened.push(nothing(name, '', 'has no link'));
    else if (!sample.expected.includes(name)) opened.push(nothing(name, url, 'should have stayed out'));
    else opened.push(await openLink(name, url, sample));
  }
  return opened;
}

async function openLink(name: string, url: string, { root }: Sample): Promise<Opened> {
  try {
    const answer = await fetch(url);
    const [body, file] = await Promise.all([
      answer.arrayBuffer().then((bytes) => Buffer.from(bytes)),
      readFile(path.join(root, ...name.split('/'))),
    ]);
    const type = answer.headers.get('content-type') ?? '';
    const problem = answer.ok ? comparison(body, file) : `answers ${answer.status}`;
    return { name, url, size: body.length, type, problem };
  } catch (error) {
    return nothing(name, url, error instanceof Error ? error.message : String(error));
  }
}

function comparison(body: Buffer, file: Buffer): string | undefined {
  return body.equals(file) ? undefined : `has other bytes than the file of ${file.length}`;
}

function nothing(name: string, url: string, problem: string): Opened {
  return { name, url, size: 0, type: '', problem };
}
