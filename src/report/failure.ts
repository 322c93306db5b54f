import type { Run } from '../hosts/host.ts';
import { ActionError, messageOf, openFileLimit } from '../errors/error.ts';
import { formatMoment } from '../text/format.ts';
import { redact } from '../text/secrets.ts';
import { markdownText } from './markdown.ts';
import { heading } from './summary.ts';

/** The step that failed. */
export type FailedStep = 'upload' | 'links' | 'removal';

/** What a report says about a run that failed. */
export interface FailureText {
  readonly step: FailedStep;
  readonly run: Pick<Run, 'commit' | 'commitUrl' | 'url'>;
  readonly isCancelled: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const names: Readonly<Record<FailedStep, string>> = {
  upload: '',
  links: 'New links: ',
  removal: 'Removal: ',
};

/** The state of a failed run in Markdown, with the address of its log, e.g. `**Failed at [c0ffee1](…)** on … ([log](…)).` */
export function failureLine({ step, run, isCancelled, now }: FailureText): string {
  const { commit, url } = run;
  const what = isCancelled ? 'Cancelled' : 'Failed';
  const state = names[step] === '' ? what : `${names[step]}${what.toLowerCase()}`;
  // Only an upload is about the commit of its run.
  const at =
    commit === '' || step !== 'upload' ? '' : ` at [${commit.slice(0, 7)}](${run.commitUrl(commit)})`;
  return `**${state}${at}** on ${formatMoment(now)}${url === '' ? '' : ` ([log](${url}))`}.`;
}

/** Whether a line of {@link failureLine} is about new links. */
export function isAboutLinks(line: string): boolean {
  return line.startsWith(`**${names.links}`);
}

/** The state in plain text, for the description of a deployment. */
export function failureDescription({ run: { commit }, isCancelled }: Omit<FailureText, 'now'>): string {
  return `${isCancelled ? 'Cancelled' : 'Failed'}${commit === '' ? '' : ` at ${commit.slice(0, 7)}`}`;
}

/** The job summary of a failed run: its state, the error and its hint. */
export function failureSummary(title: string, text: FailureText, error: unknown): string {
  const reason = error instanceof ActionError ? error.message : `Unexpected error: ${messageOf(error)}`;
  const hint = error instanceof ActionError ? error.hint : openFileLimit(error)?.hint;
  return [
    heading(title),
    failureLine(text),
    ...(text.isCancelled ? [] : [shown(`${reason}${/[.!?]$/.test(reason) ? '' : '.'}`)]),
    ...(text.isCancelled || !hint ? [] : [shown(hint)]),
    '',
  ].join('\n\n');
}

/** Secrets are replaced before their characters are escaped, which would hide them. */
const shown = (text: string) => markdownText(redact(text));
