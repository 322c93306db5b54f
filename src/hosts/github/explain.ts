import { isStatus, reasonOf } from './client.ts';
import { NotesLeft } from './release.ts';
import type { GithubRun } from './run.ts';
import type { Text } from '../host.ts';
import type { ReportKind } from '../reports.ts';
import { sanitize } from '../../text/sanitize.ts';
import { isError, messageOf } from '../../errors/error.ts';

/** What a job has to allow its token; a job that lists permissions has no other, so that of the checkout is named as well. */
const permissions: Readonly<Record<ReportKind, readonly string[]>> = {
  comment: ['contents: read', 'pull-requests: write'],
  deployment: ['contents: read', 'deployments: write'],
  release: ['contents: write'],
};

/**
 * Why a report could not be written, and what to do.
 * @param name of what it is about: where the comment is, the environment, the tag
 */
export function explainReport(kind: ReportKind, name: string, error: unknown, run: GithubRun): Text {
  const what = {
    comment: `The comment ${sanitize(name)} could not be written`,
    deployment: `The deployment to '${sanitize(name)}' could not be written`,
    release: `The notes of release '${sanitize(name)}' could not be written`,
  }[kind];
  if (error instanceof NotesLeft)
    return remedy(
      `The notes of release '${sanitize(name)}' are left as they are: ${sanitize(error.message)}.`,
      error,
    );
  if (isDenied(error))
    return run.readOnly ? readOnly(what) : withPermissions(`${what}: ${sanitize(reasonOf(error))}.`, kind);
  if (isStatus(error, 404))
    return withPermissions(
      `${what}: GitHub knows of no such thing here, or does not show it to this token.`,
      kind,
    );
  if (isStatus(error, 401))
    return `${what}: GitHub does not take the token of 'github-token'. Leave that input out for the job's own.`;
  const isLate = isError(error) && /^(?:Timeout|Abort)Error$/.test(error.name);
  const reason = isLate ? 'GitHub took too long to answer' : reasonOf(error);
  return `${what}: ${sanitize(reason)}. Nothing else of this step is touched by that.`;
}

function remedy(what: string, { remedy }: NotesLeft): Text {
  if (remedy === 'mending')
    return `${what} Mend the two lines that begin with \`<!-- upload-to-workspace\`, or take both away with what is between them, and run this again.`;
  return remedy === 'permission'
    ? withPermissions(`${what} Drafts are shown to tokens that may write.`, 'release')
    : what;
}

/** What GitHub says to a token that may not do a thing, in its several ways. */
function isDenied(error: unknown): boolean {
  return isStatus(error, 403) && /not accessible|not have permission|must have/i.test(messageOf(error));
}

function readOnly(what: string): string {
  return `${what}: the token of a pull request from a fork may only read; a workflow that runs after this one, on 'workflow_run', can write it.`;
}

/** The lines that let the job's token do it, to be copied as they are. */
function withPermissions(what: string, kind: ReportKind): Text {
  return [
    `${what} Let the job's token do it:`,
    'permissions:',
    ...permissions[kind].map((line) => `  ${line}`),
  ];
}
