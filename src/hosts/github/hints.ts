import type { Hints } from '../host.ts';
import { permissionLines, permissionsFor } from './permissions.ts';

export const hints: Hints = {
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
  debugLog: 'set the secret ACTIONS_STEP_DEBUG to true, and run the job again',
};
