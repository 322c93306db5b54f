import type { Hints } from '../host.ts';

export const hints: Hints = {
  allowIdentity: 'set TERRAPI_CLIENT_SECRET',
  logIn: () => [
    `With your own account, run 'upload-to-workspace login' first.`,
    `With a client app, set the variable TERRAPI_CLIENT_SECRET, or write the secret to a file and pass '--client-secret-file FILE'.`,
  ],
  jobsWithoutCredentials: 'runs without TERRAPI_CLIENT_SECRET',
  debugLog: `run the command again with '--verbose'`,
};
