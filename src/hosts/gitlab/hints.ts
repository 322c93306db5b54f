import type { ReportKind } from '../reporter.ts';
import type { Hints } from '../host.ts';
import { firstTokenVariable } from './identity.ts';

/** What a token for GitLab's API needs for each report (GitLab, "Project access tokens", "Permissions and roles"). */
const tokenFor: Readonly<Record<ReportKind, string | undefined>> = {
  comment: `The note on the merge request needs a project access token in the CI/CD variable GITLAB_TOKEN (role Reporter, scope 'api').`,
  deployment: undefined,
  release: undefined,
};

/** @param tokens number of variables with OIDC tokens in this job */
export function gitlabHints(tokens: number): Hints {
  return {
    allowIdentity: `add ${firstTokenVariable} to 'id_tokens:' of the job`,
    logIn: (reports) => [
      `Set the CI/CD variable TERRAPI_CLIENT_SECRET (masked, and without 'Expand variable reference', because the secret may contain '$'),`,
      `or log in with OIDC (docs/gitlab.md), which needs these lines in the job:`,
      `    id_tokens:`,
      `      ${firstTokenVariable}:`,
      `        aud: the issuer's URL`,
      `A protected variable is empty in pipelines of branches that are not protected.`,
      ...reports.flatMap((kind) => tokenFor[kind] ?? []),
      `Merge requests from forks get no variables: '--if-no-credentials skip' leaves this command out for them.`,
    ],
    jobsWithoutCredentials: 'merge requests from forks',
    debugLog: 'run the command with --verbose',
    staleIdentity: (answer) => staleIdentity(answer, tokens),
  };
}

/** Keycloak rejects a token that was used before, or that is older than the identity provider allows. */
function staleIdentity(answer: string, tokens: number): string {
  const next = `${firstTokenVariable}_${tokens + 1}`;
  return answer.includes('reuse')
    ? `The issuer accepts each token once, and this job has ${tokens} of them. Add ${next} under 'id_tokens:' of the job, or turn on 'Allows client assertions to be re-used' at the identity provider.`
    : `GitLab creates these tokens when the job starts, and Keycloak accepts them for 5 minutes. Upload in a separate job, or set 'Max expiration for Client Assertions' of the identity provider to the job's timeout (docs/gitlab.md).`;
}
