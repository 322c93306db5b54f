import { readFileSync } from 'node:fs';

/**
 * Whether anybody may look at the repository that this run belongs to, by the event that began the run (GitHub, "Webhook events and payloads":
 * `repository.visibility`, `repository.private`); undefined where the event does not say.
 */
export function isPublicRepository(eventFile = process.env['GITHUB_EVENT_PATH']): boolean | undefined {
  const repository = repositoryIn(eventFile);
  if (typeof repository?.['visibility'] === 'string') return repository['visibility'] === 'public';
  return typeof repository?.['private'] === 'boolean' ? !repository['private'] : undefined;
}

/**
 * Whether this run is about what somebody wrote in a fork: a pull request whose branch is in another repository, or the run of another workflow
 * for such a branch (GitHub, "Webhook events and payloads": `pull_request.head.repo`, `workflow_run.head_repository`). A fork that is gone has none.
 */
export function isForFork(eventFile = process.env['GITHUB_EVENT_PATH']): boolean {
  const event = eventIn(eventFile);
  const [pull, before] = [objectIn(event, 'pull_request'), objectIn(event, 'workflow_run')];
  const heads = [
    ...(pull ? [objectIn(objectIn(pull, 'head'), 'repo')] : []),
    ...(before ? [objectIn(before, 'head_repository')] : []),
  ];
  const own = repositoryIn(eventFile) ?? objectIn(objectIn(pull, 'base'), 'repo');
  return heads.some((head) => !isSameRepository(head, own));
}

function isSameRepository(head: Fields | undefined, own: Fields | undefined): boolean {
  if (!head || !own) return false;
  if (head['id'] !== undefined && own['id'] !== undefined) return head['id'] === own['id'];
  if (head['full_name'] !== undefined && own['full_name'] !== undefined)
    return head['full_name'] === own['full_name'];
  // Events of other forges say less: then its owner has to do.
  const [owner, ownOwner] = [objectIn(head, 'owner')?.['login'], objectIn(own, 'owner')?.['login']];
  return owner !== undefined && owner === ownOwner;
}

type Fields = Readonly<Record<string, unknown>>;

function objectIn(fields: Fields | undefined, name: string): Fields | undefined {
  const found = fields?.[name];
  return typeof found === 'object' && found !== null ? (found as Fields) : undefined;
}

function repositoryIn(eventFile: string | undefined): Fields | undefined {
  return objectIn(eventIn(eventFile), 'repository');
}

function eventIn(eventFile: string | undefined): Fields | undefined {
  if (!eventFile) return undefined;
  try {
    return objectIn({ event: JSON.parse(readFileSync(eventFile, 'utf8')) as unknown }, 'event');
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
