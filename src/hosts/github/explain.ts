import type { Warning } from '../../errors/codes.ts';
import { isError, messageOf } from '../../errors/error.ts';
import { sanitize } from '../../text/sanitize.ts';
import type { ReportFailure, ReportKind } from '../reporter.ts';
import { isStatus, reasonOf } from './api.ts';
import { permissionLines, permissionsFor } from './permissions.ts';
import { NoPull } from './pullrequest.ts';
import { NotesUnchanged } from './release.ts';
import type { GithubRun } from './run.ts';

/** Why one report was not written. */
interface Explained {
  readonly code: Warning['code'];
  readonly text: string;
}

/**
 * Why reports were not written, and what to do. One warning lists all permissions that the job's token lacks: with a warning for each
 * report, the lines of one would replace those of another.
 */
export function explainReports(
  failures: readonly ReportFailure[],
  run: Pick<GithubRun, 'readOnly'>,
): Warning[] {
  const explained = failures.map((failure) => ({ ...explain(failure, run), kind: failure.kind }));
  const denied = explained.filter(({ code }) => code === 'missing-permissions');
  const others = explained.filter(({ code }) => code !== 'missing-permissions');
  return [...missingPermissions(denied), ...others.map(({ code, text }) => ({ code, text }))];
}

function missingPermissions(
  denied: readonly { readonly text: string; readonly kind: ReportKind }[],
): Warning[] {
  const [first, ...others] = denied;
  if (!first) return [];
  return [
    {
      code: 'missing-permissions',
      text: first.text,
      details: [
        ...others.map(({ text }) => text),
        `Add these permissions to the job:`,
        ...permissionLines(denied.map(({ kind }) => permissionsFor[kind])),
      ],
    },
  ];
}

function explain({ kind, name, error }: ReportFailure, run: Pick<GithubRun, 'readOnly'>): Explained {
  if (error instanceof NotesUnchanged) return explainNotes(sanitize(name), error);
  const what = {
    comment: `The comment ${sanitize(name)} could not be written`,
    deployment: `The deployment to '${sanitize(name)}' could not be written`,
    release: `The notes of release '${sanitize(name)}' could not be written`,
  }[kind];
  if (error instanceof NoPull)
    return { code: 'no-pull-request', text: `${what}: ${sanitize(error.message)}.` };
  if (isDenied(error))
    return run.readOnly
      ? {
          code: 'fork-token',
          text: `${what}: the token of a pull request from a fork may only read; write it in a workflow that runs after this one, on 'workflow_run'.`,
        }
      : { code: 'missing-permissions', text: `${what}: ${sanitize(reasonOf(error))}.` };
  if (isStatus(error, 404))
    return {
      code: 'missing-permissions',
      text: `${what}: GitHub cannot find it, or does not show it to this token.`,
    };
  if (isStatus(error, 401))
    return {
      code: 'github-token',
      text: `${what}: GitHub rejects the token of input 'github-token'. Remove that input to use the job's own token.`,
    };
  const isLate = isError(error) && /^(?:Timeout|Abort)Error$/.test(error.name);
  const reason = isLate ? 'GitHub took too long to answer' : sanitize(reasonOf(error));
  return { code: 'report-not-written', text: `${what}: ${reason}. The upload itself succeeded.` };
}

function explainNotes(tag: string, { message, remedy }: NotesUnchanged): Explained {
  const what = `The notes of release '${tag}' were not changed: ${sanitize(message)}.`;
  if (remedy === 'permission')
    return {
      code: 'missing-permissions',
      text: `${what} GitHub shows drafts only to tokens that may write.`,
    };
  const mending = ` Repair the two lines that begin with \`<!-- upload-to-workspace\`, or delete them and everything between them. Then run this again.`;
  return { code: 'release-notes', text: remedy === 'mending' ? `${what}${mending}` : what };
}

/** Whether GitHub refused the token for lack of permission. GitHub has several messages for that. */
function isDenied(error: unknown): boolean {
  return isStatus(error, 403) && /not accessible|not have permission|must have/i.test(messageOf(error));
}
