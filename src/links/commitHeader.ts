import type { ObjectHead } from '../storage/head.ts';

/** The metadata of an index page with the commit of the upload. */
const commitHeader = 'x-amz-meta-commit';

/** The commit of an index page; empty if it is unknown. */
export function commitOf({ headers }: Pick<ObjectHead, 'headers'>): string {
  return validCommit(headers[commitHeader]?.toString() ?? '');
}

/** The headers that keep a commit. */
export function commitHeaders(commit: string): Readonly<Record<string, string>> {
  return validCommit(commit) === '' ? {} : { [commitHeader]: commit };
}

function validCommit(commit: string): string {
  return /^[0-9a-f]{7,64}$/.test(commit) ? commit : '';
}
