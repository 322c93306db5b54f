import type { Hints } from '../host.ts';
import type { ReportKind } from '../reporter.ts';
import type { Forge } from './forge.ts';
import { permissionLines, permissionsFor } from './permissions.ts';

const debugLog = 'set the secret ACTIONS_STEP_DEBUG to true, and run the job again';

const github: Hints = {
  allowIdentity: `give the job 'permissions: id-token: write'`,
  logIn: (reports) => [
    `Set 'client-secret', or log in with OIDC (docs/keyless.md), which needs these permissions in the job:`,
    ...permissionLines([{ 'id-token': 'write' }, ...reports.map((kind) => permissionsFor[kind])]).map(
      (line) => `    ${line}`,
    ),
    `A job that lists any permission loses the defaults: a checkout then needs 'contents: read'.`,
    `Pull requests from forks and of Dependabot get neither: 'if-no-credentials: skip' leaves this step out for them.`,
  ],
  jobsWithoutCredentials: 'pull requests from forks and of Dependabot',
  debugLog,
};

const skipForks = `Pull requests from forks get no secrets: 'if-no-credentials: skip' leaves this step out for them.`;

const gitea: Hints = {
  allowIdentity: undefined,
  logIn: () => [
    `Set 'client-secret' from a secret of the repository. Gitea has no OIDC tokens for jobs.`,
    skipForks,
  ],
  jobsWithoutCredentials: 'pull requests from forks',
  debugLog,
};

const forgejo: Hints = {
  ...gitea,
  allowIdentity: `add 'enable-openid-connect: true' to the job (Forgejo 15 and its runner 12.5, or later)`,
  logIn: () => [
    `Set 'client-secret', or log in with OIDC (docs/keyless.md), which needs this line in the job (Forgejo 15 and its runner 12.5, or later):`,
    `    enable-openid-connect: true`,
    skipForks,
  ],
};

/** Instructions in the terms of a forge. */
export const hintsFor: Readonly<Record<Forge['name'], Hints>> = {
  GitHub: github,
  Gitea: gitea,
  Forgejo: forgejo,
};

/** How the job's token gets the permissions for reports. */
export function permissionHint(forge: Forge['name'], reports: readonly ReportKind[]): string[] {
  const lines = permissionLines(reports.map((kind) => permissionsFor[kind]));
  if (forge === 'GitHub') return [`Add these permissions to the job:`, ...lines];
  if (forge === 'Gitea')
    return [
      `Add these permissions to the job (Gitea 1.26 or later), and allow them in the repository's settings under Actions:`,
      ...lines,
    ];
  return [
    `Store an access token in a secret, with these scopes, and set 'github-token' to it: ${scopesFor(reports).join(', ')}.`,
  ];
}

/** Scopes of an access token (Forgejo, "Access Token scope"). A comment on a pull request is part of an issue. */
function scopesFor(reports: readonly ReportKind[]): string[] {
  return [
    ...(reports.includes('comment') ? ['write:issue', 'read:user'] : []),
    ...(reports.includes('release') ? ['write:repository'] : []),
  ];
}
