/** A forge whose runner has the interface of GitHub Actions. */
export interface Forge {
  readonly name: 'GitHub' | 'Gitea' | 'Forgejo';
  /** Path of a run's page below the repository's page. */
  readonly runPath: (variables: RunVariables) => string;
  /** Path of a pull request's page below the repository's page. */
  readonly pullPath: (number: string) => string;
  /** Whether its API has deployments. */
  readonly hasDeployments: boolean;
  /**
   * Whether the runner resolves `%0A` and `%25` in workflow commands and shows titles. Otherwise the log shows the text of a command as it is
   * printed.
   */
  readonly decodesCommands: boolean;
}

export interface RunVariables {
  readonly id: string;
  /** Counts the runs of the repository on Gitea and Forgejo, and those of the workflow on GitHub. */
  readonly number: string;
}

const github: Forge = {
  name: 'GitHub',
  runPath: ({ id }) => `actions/runs/${id}`,
  pullPath: (number) => `pull/${number}`,
  hasDeployments: true,
  decodesCommands: true,
};

const gitea: Forge = {
  name: 'Gitea',
  // Gitea has the run's ID in this path since 1.26, and had the number before. It resolves the number if the query has `by_index`.
  runPath: ({ id, number }) => (number ? `actions/runs/${number}?by_index=1` : `actions/runs/${id}`),
  pullPath: (number) => `pulls/${number}`,
  hasDeployments: false,
  decodesCommands: false,
};

const forgejo: Forge = {
  ...gitea,
  name: 'Forgejo',
  runPath: ({ id, number }) => `actions/runs/${number || id}`,
};

/**
 * The forge of a step's environment. The runners of Gitea set `GITEA_ACTIONS`. Those of Forgejo set it too, and `FORGEJO_ACTIONS` since
 * version 7 (Forgejo, "Actions reference"). Both set `GITHUB_ACTIONS`.
 */
export function forgeOf(environment: Readonly<Record<string, string | undefined>>): Forge {
  if (environment['FORGEJO_ACTIONS'] === 'true') return forgejo;
  if (environment['GITEA_ACTIONS'] === 'true') return gitea;
  return github;
}
