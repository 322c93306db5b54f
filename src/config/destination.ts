import { excerpt } from '../text/sanitize.ts';
import { type IfNoCredentials, readIfNoCredentials } from './ifNoCredentials.ts';
import { type PlatformInputs, readPlatform } from './platform.ts';
import type { Reader } from './reader.ts';
import { type ReportInputs, parseLine, readReports } from './reports.ts';

/** The inputs of every action that works on files below a destination. */
export interface DestinationInputs extends PlatformInputs {
  readonly ifNoCredentials: IfNoCredentials;
  readonly workspace: string;
  /** Folder below the workspace's prefix, without a slash at either end. Empty for the prefix itself. */
  readonly destination: string;
  /** Heading of comment, summary and pages; undefined for workflow and destination. */
  readonly title: string | undefined;
  readonly dryRun: boolean;
  /** Whether to write a job summary. */
  readonly summary: boolean;
  readonly reports: ReportInputs;
}

export function readDestinationInputs(reader: Reader, mask: (secret: string) => void): DestinationInputs {
  return {
    ...readPlatform(reader, mask),
    ifNoCredentials: readIfNoCredentials(reader),
    workspace: reader.required('workspace', `the name of a workspace, e.g. 'gep-you-private-workspace'`),
    destination: readDestination(reader),
    title: reader.optional('title', 'one line of at most 200 characters', (text) => parseLine(text, 200)),
    dryRun: reader.boolean('dry-run', false),
    summary: reader.boolean('summary', true),
    reports: readReports(reader, mask),
  };
}

/** Allows one `/` at either end. More of them are an empty segment. S3 keys have no other separator, so `\` is a mistake. */
export function readDestination(reader: Reader): string {
  const given = reader.text('destination');
  const [, destination = ''] = /^\/?(.*?)\/?$/s.exec(given) ?? [];
  if (given.includes('\\')) {
    reader.refuse(
      'destination',
      given,
      `a folder with '/' between names: '${excerpt(given.replaceAll('\\', '/'), 120)}'`,
    );
    return destination;
  }
  const isNone = given === '' || given === '/';
  const isWrong = (segment: string) => /^\s*$|^\.\.?$|\p{Cc}/u.test(segment);
  if (!isNone && destination.split('/').some(isWrong) && !reader.hasProblem('destination')) {
    reader.refuse(
      'destination',
      given,
      `a folder such as 'reports/main', without '.', '..', empty segments or control characters`,
    );
  }
  return destination;
}

/** Whether the destination is the whole workspace, which must never be deleted. */
export function isWholeWorkspace(reader: Reader): boolean {
  return reader.text('destination').replaceAll('/', '') === '';
}

/**
 * Refuses a `/` at the end of a destination that is deleted: `previews/${{ … }}` with an empty expression would delete too much.
 * @param because why, as the end of a sentence
 */
export function refuseTrailingSlash(reader: Reader, because: string): void {
  const given = reader.text('destination');
  if (!given.endsWith('/') || reader.hasProblem('destination')) return;
  reader.refuse(
    'destination',
    given,
    `a folder without '/' at the end, because ${because}. An empty expression may have left that '/'`,
  );
}
