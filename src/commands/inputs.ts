import type { Host } from '../hosts/host.ts';
import type { ReportKind } from '../hosts/reports.ts';
import { isSkipped } from '../config/credentials.ts';
import type { RawInput } from '../config/reader.ts';

/**
 * Reads an action's inputs by one of the functions of `config/`, with what the job offers in place of a secret. Undefined, after a notice,
 * where there are no credentials and `if-no-credentials` says to leave the step out.
 */
export function readInputs<T>(
  host: Host,
  read: (raw: RawInput, mask: (secret: string) => void, keyless: boolean, logIn: readonly string[]) => T,
): T | undefined {
  const { input, mask, hints } = host;
  const keyless = host.identityToken !== undefined;
  if (!isSkipped(keyless, input)) return read(input, mask, keyless, hints.logIn(askedReports(input)));
  host.log.notice(
    `Left out by 'if-no-credentials: skip': this job has neither a client secret nor an identity token, as is the rule for ${hints.jobsWithoutCredentials}.`,
    'No credentials',
  );
  return undefined;
}

/** The reports that the inputs ask for, before they are checked. */
function askedReports(input: RawInput): ReportKind[] {
  const given = (name: string) => input(name).trim();
  return [
    ...(/^true$/i.test(given('comment')) ? (['comment'] as const) : []),
    ...(given('environment') === '' ? [] : (['deployment'] as const)),
    ...(given('release') === '' ? [] : (['release'] as const)),
  ];
}
