import type { Warning } from '../../errors/codes.ts';
import { messageOf } from '../../errors/error.ts';
import { sanitize } from '../../text/sanitize.ts';
import { notWritten } from '../reportApi.ts';
import type { ReportFailure, ReportKind } from '../reporter.ts';
import { isStatus, reasonOf } from './api.ts';
import type { Forge } from './forge.ts';
import { permissionHint } from './hints.ts';
import { NoPull } from './pullrequest.ts';
import { NotesUnchanged } from './release.ts';
import type { GithubRun } from './run.ts';

type ExplainedRun = Pick<GithubRun, 'readOnly' | 'forge'>;

/** Why one report was not written. */
interface Explained {
  readonly code: Warning['code'];
  readonly text: string;
}

/**
 * Why reports were not written, and what to do. One warning lists all permissions that the job's token lacks: with a warning for each
 * report, the lines of one would replace those of another.
 */
export function explainReports(failures: readonly ReportFailure[], run: ExplainedRun): Warning[] {
  const explained = failures.map((failure) => ({ ...explain(failure, run), kind: failure.kind }));
  const denied = explained.filter(({ code }) => code === 'missing-permissions');
  const others = explained.filter(({ code }) => code !== 'missing-permissions');
  return [...missingPermissions(run.forge.name, denied), ...others.map(({ code, text }) => ({ code, text }))];
}

function missingPermissions(
  forge: Forge['name'],
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
        ...permissionHint(
          forge,
          denied.map(({ kind }) => kind),
        ),
      ],
    },
  ];
}

function explain({ kind, name, error }: ReportFailure, { forge, readOnly }: ExplainedRun): Explained {
  if (error instanceof NotesUnchanged) return explainNotes(forge.name, sanitize(name), error);
  const what = {
    comment: `The comment ${sanitize(name)} could not be written`,
    deployment: `The deployment to '${sanitize(name)}' could not be written`,
    release: `The notes of release '${sanitize(name)}' could not be written`,
  }[kind];
  if (error instanceof NoPull)
    return { code: 'no-pull-request', text: `${what}: ${sanitize(error.message)}.` };
  if (isDenied(error, forge))
    return readOnly
      ? { code: 'fork-token', text: `${what}: ${forkToken(forge.name)}` }
      : { code: 'missing-permissions', text: `${what}: ${sanitize(reasonOf(error, forge.name))}.` };
  if (isStatus(error, 404))
    return {
      code: 'missing-permissions',
      text: `${what}: ${forge.name} does not find it, or the token lacks permission to see it.`,
    };
  if (isStatus(error, 401))
    return {
      code: 'github-token',
      text: `${what}: ${forge.name} rejects the token in input 'github-token'. Remove the input to use the token of the job.`,
    };
  return notWritten(what, forge.name, error, sanitize(reasonOf(error, forge.name)));
}

function explainNotes(forge: Forge['name'], tag: string, { message, remedy }: NotesUnchanged): Explained {
  const what = `The notes of release '${tag}' were not changed: ${sanitize(message)}.`;
  if (remedy === 'permission')
    return {
      code: 'missing-permissions',
      text: `${what} ${forge} shows draft releases only to tokens with write permission.`,
    };
  const mending = ` In the release notes, repair the two lines that begin with \`<!-- upload-to-workspace\`, or delete them and all lines between them. Then run the job again.`;
  return { code: 'release-notes', text: remedy === 'mending' ? `${what}${mending}` : what };
}

function forkToken(forge: Forge['name']): string {
  const only = 'the token of a pull request from a fork is read-only';
  return forge === 'Forgejo'
    ? `${only}. Set 'github-token' to an access token in a workflow on 'pull_request_target', and do not build the fork's code there.`
    : `${only}. Write it in a second workflow that runs on 'workflow_run'.`;
}

/** Whether the forge refused the token for lack of permission. GitHub has several messages for that, and uses 403 for rate limits too. */
function isDenied(error: unknown, forge: Forge): boolean {
  if (!isStatus(error, 403)) return false;
  return forge.name !== 'GitHub' || /not accessible|not have permission|must have/i.test(messageOf(error));
}
