import type { Reporter, ReporterOptions } from '../reporter.ts';
import { type GitlabAuthentication, type GitlabClient, openGitlab } from './api.ts';
import { NoDeployments, NoMergeRequest, NoToken, explainReports } from './explain.ts';
import { noteLimit, upsertNote } from './note.ts';
import { linkLimit, putReleaseLinks } from './releaseLinks.ts';
import type { GitlabRun } from './run.ts';

export interface GitlabReporterOptions extends ReporterOptions {
  /** The job's own token, which GitLab accepts for releases; may be empty. */
  readonly jobToken: string;
}

/** Writes notes on merge requests and links of releases by GitLab's API. The first report opens the API. */
export function gitlabReporter(run: GitlabRun, options: GitlabReporterOptions): Reporter {
  const { token, jobToken } = options;
  let opened: GitlabClient | undefined;
  const gitlab = (authentication: GitlabAuthentication) =>
    (opened ??= openGitlab({ ...options, apiUrl: run.apiUrl, authentication }));
  const withToken = () => {
    if (!token) throw new NoToken();
    return gitlab({ kind: 'PRIVATE-TOKEN', token });
  };
  const withAnyToken = () => {
    if (token) return withToken();
    if (!jobToken) throw new NoToken();
    return gitlab({ kind: 'JOB-TOKEN', token: jobToken });
  };
  return {
    comments: {
      limit: noteLimit,
      findPull: (given) => {
        const number = given ?? run.pull;
        return number === undefined ? Promise.reject(new NoMergeRequest()) : Promise.resolve(number);
      },
      upsert: async (pull, marker, body, create) =>
        upsertNote(withToken(), { project: run.targetProjectId, pull }, marker, body, create),
    },
    deployments: {
      begin: noDeployments,
      active: noDeployments,
      finish: noDeployments,
      deactivate: noDeployments,
    },
    releaseLinks: {
      limit: linkLimit,
      put: async (tag, links) => putReleaseLinks(withAnyToken(), { project: run.projectId, tag }, links),
    },
    explain: (failures) => explainReports(failures, run),
    close: async () => opened?.close(),
  };
}

function noDeployments(): Promise<never> {
  return Promise.reject(new NoDeployments());
}
