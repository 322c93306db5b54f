import type { Run } from '../hosts/host.ts';
import type { Publication } from '../links/manifest.ts';
import { formatMoment } from '../text/format.ts';
import { commentMarker } from './markers.ts';
import { type SummaryOptions, filesTable, markdownText, publicationHead } from './markdown.ts';

/** From this many files on, a table is shown when it is asked for: a comment is read among others. */
const manyFiles = 12;

export interface CommentText extends SummaryOptions {
  readonly key: string;
  readonly run: Run;
  /** Characters that the comment may have. */
  readonly limit: number;
  /** Whether this step built what it publishes; otherwise the commit is the one that the comment says already. */
  readonly built: boolean;
}

/**
 * The comment of what is published: it begins with the marker of its key, and is never longer than its host allows.
 * @param before what the comment said so far
 */
export function publicationComment(
  publication: Publication,
  text: CommentText,
  before: string | undefined,
): string {
  const commit = text.built ? text.run.commit : commitIn(before);
  const start = [beginning(text.key, commit), publicationHead(publication, text)].join('\n\n');
  const end = footer(text, commit);
  // By the bytes, of which there are never fewer than characters; the table's own last line is left room for.
  const room = text.limit - Buffer.byteLength(start + end) - 400;
  const table = filesTable(publication, text, room);
  const files = `<details>\n<summary>The files</summary>\n\n${table}\n\n</details>`;
  return [start, publication.main && publication.fileCount >= manyFiles ? files : table, end].join('\n\n');
}

export interface RemovalText extends Pick<CommentText, 'key' | 'run' | 'now'> {
  /** What was done, in Markdown, e.g. `Removed 12 files`. */
  readonly headline: string;
  readonly workspace: string;
  readonly s3Uri: string;
}

/** The comment of what was removed: no link, for none opens any more. */
export function removedComment(text: RemovalText, before: string | undefined): string {
  const commit = commitIn(before);
  return [
    beginning(text.key, commit),
    `### ${text.headline}: ${markdownText(text.workspace)}`,
    `Nothing is left in ${markdownText(text.s3Uri)}, and no link to it works any more.`,
    footer(text, commit),
  ].join('\n\n');
}

/** The marker; and the commit, for a renewal that knows nothing of how the files were built. */
function beginning(key: string, commit: string): string {
  return commit === '' ? commentMarker(key) : `${commentMarker(key)}\n<!-- commit: ${commit} -->`;
}

function commitIn(body: string | undefined): string {
  return /^<!-- commit: ([0-9a-f]{7,64}) -->\r?$/m.exec(body ?? '')?.[1] ?? '';
}

function footer({ run, now }: Pick<CommentText, 'run' | 'now'>, commit: string): string {
  const built = commit === '' ? '' : `Commit [${commit.slice(0, 7)}](${run.commitUrl(commit)}), written `;
  return `<sub>${built || 'Written '}${formatMoment(now)} by [this run](${run.url})</sub>`;
}
