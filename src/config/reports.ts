import type { Reader } from './reader.ts';

/** Which reports to write on the host. */
export interface ReportInputs {
  readonly comment: boolean;
  /** Identifies the comment of this step; undefined for workspace and destination. */
  readonly commentKey: string | undefined;
  /** Undefined for the pull request of the event. */
  readonly pullRequest: number | undefined;
  readonly environment: string | undefined;
  /** Tag of a release. */
  readonly release: string | undefined;
  /** Empty if there is none. */
  readonly githubToken: string;
}

export function readReports(reader: Reader, mask: (secret: string) => void): ReportInputs {
  const githubToken = reader.text('github-token');
  if (githubToken) mask(githubToken);
  return {
    comment: reader.boolean('comment', false),
    commentKey: reader.optional('comment-key', 'one line of at most 500 characters', (text) =>
      parseLine(text, 500),
    ),
    pullRequest: reader.optional('pull-request', `the number of a pull request, e.g. '7'`, parseNumber),
    environment: reader.optional(
      'environment',
      `a name of at most 255 characters, e.g. 'pull-request/7'`,
      (text) => parseLine(text, 255),
    ),
    release: undefined,
    githubToken,
  };
}

/** Parses one line of text. @param most characters */
export function parseLine(text: string, most: number): string | undefined {
  return text.length <= most && !/\p{Cc}/u.test(text) ? text : undefined;
}

function parseNumber(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
