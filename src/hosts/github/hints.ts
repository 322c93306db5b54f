import type { Hints } from '../host.ts';

export const hints: Hints = {
  allowIdentity: `give the job 'permissions: id-token: write'`,
  logIn: [
    `Set it, or log in without a secret, by the job's own identity (README, 'Without a secret'), with these two lines in the job:`,
    `    permissions:`,
    `      id-token: write`,
    `Below 'permissions' that are there already, the second is enough; where there were none, a checkout needs 'contents: read' as well.`,
    `Pull requests from forks and of Dependabot get neither: 'if-no-credentials: skip' leaves this step out for them.`,
  ],
  jobsWithoutCredentials: 'pull requests from forks and of Dependabot',
  debugLog: 'set the secret ACTIONS_STEP_DEBUG to true, and run the job again',
};
