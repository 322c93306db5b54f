import type { DeploymentWriter, Reporter, ReporterOptions } from '../reporter.ts';
import { type GithubClient, openGithub } from './api.ts';
import { commentLimit, upsertComment } from './comment.ts';
import { activeDeployment, beginDeployment, deactivate, endDeployment } from './deployment.ts';
import { explainReports } from './explain.ts';
import { NoPull, findPull } from './pullrequest.ts';
import { editRelease, notesLimit } from './release.ts';
import type { GithubRun } from './run.ts';

/** Writes comments, deployments and release notes by GitHub's API. The first report opens the API. */
export function githubReporter(run: GithubRun, options: ReporterOptions): Reporter {
  const { commit: ref, url: runUrl, forge } = run;
  let opened: GithubClient | undefined;
  const github = () => (opened ??= openGithub(run, options));
  const deployments: DeploymentWriter = {
    begin: async (environment, description) =>
      beginDeployment(github(), { environment, description, ref, runUrl }),
    active: async (environment) => activeDeployment(github(), environment),
    finish: async (environment, id, end) => endDeployment(github(), environment, id, { ...end, runUrl }),
    deactivate: async (environment, description) => deactivate(github(), environment, description, runUrl),
  };
  return {
    comments: {
      limit: commentLimit,
      findPull: async (given) => {
        const found = await findPull(github(), run, given);
        if ('missing' in found) throw new NoPull(found.missing);
        return found.number;
      },
      upsert: async (pull, marker, body, create) => upsertComment(github(), pull, marker, body, create),
    },
    deployments: forge.hasDeployments ? deployments : undefined,
    releases: {
      limit: notesLimit,
      editNotes: async (tag, edit) => editRelease(github(), tag, edit),
    },
    explain: (failures) => explainReports(failures, run),
    close: async () => opened?.close(),
  };
}
