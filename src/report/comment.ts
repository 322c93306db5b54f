import type { Run } from '../hosts/host.ts';
import type { Publication } from '../links/manifest.ts';
import { count, formatMoment } from '../text/format.ts';
import { commentMarker, decodeText, encodeText } from './markers.ts';
import { markdownText } from './markdown.ts';
import { type SummaryOptions, collapsed, filesTable, heading, publicationLines } from './summary.ts';

/** A table with more files is collapsed, so that the comments around it stay visible. */
const mostOpenRows = 10;

/** Rows of a table; the page with all links has the rest. */
const mostRows = 50;

export interface CommentText extends SummaryOptions {
  readonly key: string;
  readonly run: Run;
  /** Milliseconds since the epoch, by the servers' clock. */
  readonly now: number;
  /** Characters of a comment at most. */
  readonly limit: number;
  /** Whether this step uploaded the files. Otherwise the comment keeps its commit. */
  readonly built: boolean;
  /** Whether the input `title` is given. Otherwise a step that uploads nothing keeps the comment's title. */
  readonly hasTitle: boolean;
}

/**
 * The comment about a publication. It begins with the marker of its key.
 * @param before the comment's text so far
 */
export function publicationComment(
  publication: Publication,
  text: CommentText,
  before: string | undefined,
): string {
  const { fileCount } = publication;
  const commit = text.built ? text.run.commit : commitIn(before);
  const title = text.built || text.hasTitle ? publication.title : (titleIn(before) ?? publication.title);
  const start = [
    `${markers(text.key, commit, title)}\n${heading(title)}`,
    ...publicationLines(publication, text),
  ].join('\n\n');
  const end = footer(text, commit);
  // A text never has more characters than bytes.
  const bytes = text.limit - Buffer.byteLength(start + end) - 400;
  const table = filesTable(publication, text, { bytes, rows: mostRows });
  return [start, collapsed(table, count(fileCount, 'file'), fileCount > mostOpenRows), end].join('\n\n');
}

export interface RemovalText extends Pick<CommentText, 'key' | 'run' | 'now' | 'hasTitle'> {
  readonly title: string;
  /** What the step did, in Markdown, e.g. `Removed 12 files`. */
  readonly headline: string;
  readonly s3Uri: string;
}

/** The comment after a removal. It has no links, because they would not open anything. */
export function removalComment(text: RemovalText, before: string | undefined): string {
  const commit = commitIn(before);
  const title = text.hasTitle ? text.title : (titleIn(before) ?? text.title);
  return [
    `${markers(text.key, commit, title)}\n${heading(title)}`,
    `${text.headline}. Nothing is left in ${markdownText(text.s3Uri)}, and earlier links no longer work.`,
    footer(text, commit),
  ].join('\n\n');
}

/** The marker of the key; then commit and title, for later steps that do not know them. */
function markers(key: string, commit: string, title: string): string {
  return [
    commentMarker(key),
    ...(commit === '' ? [] : [`<!-- commit: ${commit} -->`]),
    `<!-- title: ${encodeText(title)} -->`,
    '',
  ].join('\n');
}

function commitIn(body: string | undefined): string {
  return /^<!-- commit: ([0-9a-f]{7,64}) -->\r?$/m.exec(body ?? '')?.[1] ?? '';
}

function titleIn(body: string | undefined): string | undefined {
  const [, encoded] = /^<!-- title: (\S{1,4000}) -->\r?$/m.exec(body ?? '') ?? [];
  return encoded === undefined ? undefined : decodeText(encoded);
}

function footer({ run, now }: Pick<CommentText, 'run' | 'now'>, commit: string): string {
  const built = commit === '' ? '' : `Commit [${commit.slice(0, 7)}](${run.commitUrl(commit)}), written `;
  return `<sub>${built || 'Written '}${formatMoment(now)} by [this run](${run.url})</sub>`;
}
