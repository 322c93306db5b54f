import { readFileSync } from 'node:fs';

/**
 * Whether anybody may look at the repository that this run belongs to, by the event that began the run (GitHub, "Webhook events and payloads":
 * `repository.visibility`, `repository.private`); undefined where the event does not say.
 */
export function isPublicRepository(eventFile = process.env['GITHUB_EVENT_PATH']): boolean | undefined {
  const repository = repositoryIn(eventFile);
  if (typeof repository?.visibility === 'string') return repository.visibility === 'public';
  return typeof repository?.private === 'boolean' ? !repository.private : undefined;
}

function repositoryIn(
  eventFile: string | undefined,
): { readonly visibility?: unknown; readonly private?: unknown } | undefined {
  if (!eventFile) return undefined;
  try {
    const event: unknown = JSON.parse(readFileSync(eventFile, 'utf8'));
    const found = typeof event === 'object' && event !== null && 'repository' in event && event.repository;
    return typeof found === 'object' && found !== null ? found : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Where this run comes from, for people: its pull request, else the run itself (GitHub, "Variables reference"); undefined outside of GitHub.
 */
export function runOrigin(
  env: Readonly<Record<string, string | undefined>> = process.env,
): { readonly text: string; readonly url: string } | undefined {
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_RUN_ID: run,
    GITHUB_REF: ref,
  } = env;
  if (!server || !repository || !run) return undefined;
  const [, number] = /^refs\/pull\/(\d+)\//.exec(ref ?? '') ?? [];
  return number === undefined
    ? { text: `a workflow run of ${repository}`, url: `${server}/${repository}/actions/runs/${run}` }
    : { text: `pull request #${number} of ${repository}`, url: `${server}/${repository}/pull/${number}` };
}
