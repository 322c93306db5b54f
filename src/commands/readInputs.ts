import type { Host } from '../hosts/host.ts';
import type { ReportKind } from '../hosts/reporter.ts';
import { hasLogins } from '../auth/loginNames.ts';
import { isSkipped } from '../config/ifNoCredentials.ts';
import type { RawInput } from '../config/reader.ts';
import { setting, wording } from '../text/wording.ts';

/**
 * Reads an action's inputs with one of the functions in `config/`.
 * @returns undefined, after a notice, if the job has no credentials and `if-no-credentials: skip` is set
 */
export function readInputs<T>(
  host: Host,
  read: (raw: RawInput, mask: (secret: string) => void, keyless: boolean, logIn: readonly string[]) => T,
): T | undefined {
  const { input, mask, hints } = host;
  const keyless = needsNoSecret(host);
  if (!isSkipped(keyless, input)) return read(input, mask, keyless, hints.logIn(askedReports(input)));
  host.log.notice(
    `Skipped because of ${setting('if-no-credentials', 'skip')}: this ${wording().job} has neither a client secret nor an OIDC token, like all ${hints.jobsWithoutCredentials}.`,
    'No credentials',
  );
  return undefined;
}

/** Whether there is an OIDC token of the job, or a login of the user. */
export function needsNoSecret({ identityToken, loginFolder }: Host): boolean {
  return identityToken !== undefined || hasLogins(loginFolder);
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
