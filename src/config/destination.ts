import { type IfNoCredentials, readIfNoCredentials } from './credentials.ts';
import { type PlatformInputs, readPlatform } from './platform.ts';
import type { Reader } from './reader.ts';
import { type ReportInputs, readReports } from './reports.ts';

/** What every action that works on files is told: where they are. */
export interface DestinationInputs extends PlatformInputs {
  readonly ifNoCredentials: IfNoCredentials;
  readonly workspace: string;
  /** Folder below the workspace's prefix, without a slash at either end; empty for the prefix itself. */
  readonly destination: string;
  readonly dryRun: boolean;
  /** Whether the job summary tells of it. */
  readonly summary: boolean;
  readonly reports: ReportInputs;
}

export function readDestinationInputs(reader: Reader, mask: (secret: string) => void): DestinationInputs {
  return {
    ...readPlatform(reader, mask),
    ifNoCredentials: readIfNoCredentials(reader),
    workspace: reader.required('workspace', `the name of a workspace, e.g. 'gep-you-private-workspace'`),
    destination: readDestination(reader),
    dryRun: reader.boolean('dry-run', false),
    summary: reader.boolean('summary', true),
    reports: readReports(reader, mask),
  };
}

/** One `/` at either end may be there or not; more of them leave an empty segment. */
function readDestination(reader: Reader): string {
  const given = reader.text('destination');
  const [, destination = ''] = /^\/?(.*?)\/?$/s.exec(given) ?? [];
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

/** Whether no folder of the workspace is given: what must never be deleted as a whole. */
export function isWholeWorkspace(reader: Reader): boolean {
  return reader.text('destination').replaceAll('/', '') === '';
}

/**
 * Refuses a `/` at the end of the destination where all that is below it is deleted: an expression that is empty leaves it behind, and more
 * would be deleted than was meant.
 * @param because what is done with it, as the end of a sentence
 */
export function refuseTrailingSlash(reader: Reader, because: string): void {
  const given = reader.text('destination');
  if (!given.endsWith('/') || reader.hasProblem('destination')) return;
  reader.refuse(
    'destination',
    given,
    `a folder without '/' at its end, because ${because}: an expression that is empty leaves such a '/' behind`,
  );
}
