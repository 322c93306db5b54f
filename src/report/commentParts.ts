import { commentMarker, decodeText, encodeText } from './markers.ts';
import { heading } from './summary.ts';

/** What a comment says in its hidden lines, for later steps that do not know it. */
export interface CommentHead {
  /** SHA of the commit whose files were uploaded; empty if unknown. */
  readonly commit: string;
  readonly title: string | undefined;
  /** Milliseconds since the epoch; undefined if unknown. */
  readonly expiresAt?: number | undefined;
}

/** A comment that an earlier step has written. */
export interface ParsedComment extends CommentHead {
  /** The paragraph about a run that failed after the upload; undefined if there is none. */
  readonly failure: string | undefined;
  /** What is below the heading and that paragraph. Empty if nothing was uploaded. */
  readonly content: string;
  /** Whether the content has links to files. */
  readonly hasFiles: boolean;
}

/** Marks the paragraph about a failed run, which the next step replaces. Markdown ends an HTML block with the line of the marker. */
const failureMarker = '<!-- failed -->';

/** Marks a comment whose files are removed. */
export const removalMarker = '<!-- removed -->';

/**
 * The start of a comment: the marker of its key, its hidden lines, the heading, and the paragraph about a failed run.
 * @param failure in Markdown, one line; undefined for none
 */
export function commentStart(key: string, head: CommentHead & { title: string }, failure?: string): string {
  const { commit, title, expiresAt } = head;
  return [
    commentMarker(key),
    ...(commit === '' ? [] : [`<!-- commit: ${commit} -->`]),
    `<!-- title: ${encodeText(title)} -->`,
    ...(expiresAt === undefined ? [] : [`<!-- expires: ${new Date(expiresAt).toISOString()} -->`]),
    '',
    heading(title),
    ...(failure === undefined ? [] : ['', failureMarker, failure]),
  ].join('\n');
}

/** Reads a comment. People may have edited it. */
export function parseComment(body = ''): ParsedComment {
  const text = body.replaceAll('\r\n', '\n');
  const [, title] = /^<!-- title: (\S{1,4000}) -->$/m.exec(text) ?? [];
  const expiresAt = Date.parse(/^<!-- expires: (\S{1,40}) -->$/m.exec(text)?.[1] ?? '');
  const [, below = ''] = /^### .*\n+([^]*)$/m.exec(text) ?? [];
  const [whole = '', failure] = /^<!-- failed -->\n(.*)\n*/.exec(below) ?? [];
  const content = below.slice(whole.length).trim();
  return {
    commit: /^<!-- commit: ([0-9a-f]{7,64}) -->$/m.exec(text)?.[1] ?? '',
    title: title === undefined ? undefined : decodeText(title),
    expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt,
    failure,
    content,
    hasFiles: content !== '' && !content.startsWith(removalMarker),
  };
}
