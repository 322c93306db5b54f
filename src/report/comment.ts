import type { Run } from '../hosts/host.ts';
import type { Publication } from '../links/manifest.ts';
import { count, formatMoment } from '../text/format.ts';
import { commentStart, parseComment, removalMarker } from './commentParts.ts';
import { type FailureText, failureLine, isAboutLinks } from './failure.ts';
import { markdownText } from './markdown.ts';
import { type SummaryOptions, collapsed, filesTable, publicationLines } from './summary.ts';

/** A table with more files is collapsed, so that the comments around it stay visible. */
const mostOpenRows = 10;

/** Rows of a table; the page with all links has the rest. */
const mostRows = 50;

/** Bytes that are kept free for the paragraph about a later run that fails. */
const failureBytes = 1_000;

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
  const { fileCount, links } = publication;
  const old = parseComment(before);
  const commit = text.built ? text.run.commit : old.commit;
  const title = text.built || text.hasTitle ? publication.title : (old.title ?? publication.title);
  // New links do not repair a failed upload.
  const isRepaired = text.built || isAboutLinks(old.failure ?? '');
  const start = [
    commentStart(
      text.key,
      { commit, title, expiresAt: links?.expiresAt },
      isRepaired ? undefined : old.failure?.replace(/ Its links expired on [^,]*\.$/, ''),
    ),
    ...publicationLines(publication, text),
  ].join('\n\n');
  const end = footer(text, commit);
  // A text never has more characters than bytes.
  const bytes = text.limit - Buffer.byteLength(start + end) - failureBytes;
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
  const old = parseComment(before);
  const title = text.hasTitle ? text.title : (old.title ?? text.title);
  return [
    commentStart(text.key, { commit: old.commit, title }),
    `${removalMarker}\n**${text.headline}.** Nothing is left in ${markdownText(text.s3Uri)}, and earlier links no longer work.`,
    footer(text, old.commit),
  ].join('\n\n');
}

export interface FailureCommentText
  extends FailureText, Pick<CommentText, 'key' | 'now' | 'limit' | 'hasTitle'> {
  readonly title: string;
}

/** The comment after a failed run. What an earlier upload has published stays below. */
export function failureComment(text: FailureCommentText, before: string | undefined): string {
  const { commit, content, hasFiles, ...old } = parseComment(before);
  const title = text.hasTitle || text.step === 'upload' ? text.title : (old.title ?? text.title);
  const below = hasFiles ? belowLine(old.expiresAt, text.now) : '';
  const start = commentStart(
    text.key,
    { commit, title, expiresAt: old.expiresAt },
    `${failureLine(text)}${below}`,
  );
  const whole = content === '' ? start : `${start}\n\n${content}`;
  // Without the table, but with the links to open.
  const [links = ''] = content.split(/\n\n(?=<details>|\| )/, 1);
  return [whole, `${start}\n\n${links}`].find(({ length }) => length <= text.limit) ?? start;
}

function belowLine(expiresAt: number | undefined, now: number): string {
  const isPast = expiresAt !== undefined && expiresAt <= now;
  return ` The previous upload is below.${isPast ? ` Its links expired on ${formatMoment(expiresAt)}.` : ''}`;
}

function footer({ run, now }: Pick<CommentText, 'run' | 'now'>, commit: string): string {
  const built = commit === '' ? '' : `Commit [${commit.slice(0, 7)}](${run.commitUrl(commit)}), written `;
  return `<sub>${built || 'Written '}${formatMoment(now)} by [this run](${run.url})</sub>`;
}
