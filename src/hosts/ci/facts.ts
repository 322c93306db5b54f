import { trimEndSlashes } from '../../text/slashes.ts';
import type { Run } from '../host.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a CI system says about its run. Each field may be missing or empty. */
export interface RunFacts {
  /** URL of the run's page. */
  readonly url?: string | undefined;
  /** Full name of the repository or of the project, e.g. `acme/site`. */
  readonly project?: string | undefined;
  /** Name of the workflow, the pipeline or the job. */
  readonly workflow?: string | undefined;
  readonly number?: string | undefined;
  readonly commit?: string | undefined;
  /** Address of the repository: of its page or for Git, with HTTPS or SSH. */
  readonly repository?: string | undefined;
  /** Number of the pull request. */
  readonly pull?: string | undefined;
  /** URL of the pull request's page. Default: the page on a forge that is known by its host. */
  readonly pullUrl?: string | undefined;
  readonly isPublic?: boolean | undefined;
  readonly isForFork?: boolean | undefined;
}

/** A CI system. To add one, add it to `systems.ts`. */
export interface CiSystem {
  readonly name: string;
  /** Reads the facts of a run from the environment. */
  readonly facts: (env: Environment) => RunFacts;
}

/** The run that a CI system describes. The text of variables is not trusted: only web addresses without credentials become links. */
export function runOf({ name, facts }: CiSystem, env: Environment): Run {
  const { project = '', workflow, number, isPublic, isForFork = false, ...given } = facts(env);
  const url = webUrl(given.url) ?? '';
  const repository = repositoryPage(given.repository);
  const pull = /^[1-9]\d*$/.test(given.pull ?? '') ? Number(given.pull) : undefined;
  const pullUrl = pull === undefined ? undefined : (webUrl(given.pullUrl) ?? pullPage(repository, pull));
  return {
    url,
    label: url === '' ? undefined : labelOf([project === '' ? name : project, workflow], number),
    origin: pullOrigin(project, pull, pullUrl) ?? runOrigin(name, project, url),
    commit: /^[0-9a-f]{7,64}$/i.test(given.commit ?? '') ? (given.commit ?? '') : '',
    workflow: workflow === '' ? undefined : workflow,
    commitUrl: (commit) => commitPage(repository, commit),
    pull,
    isPublic,
    isForFork,
  };
}

function pullOrigin(project: string, pull: number | undefined, url: string | undefined): Run['origin'] {
  if (url === undefined) return undefined;
  return { text: `pull request #${pull}${project === '' ? '' : ` of ${project}`}`, url };
}

function runOrigin(name: string, project: string, url: string): Run['origin'] {
  if (url === '') return undefined;
  return { text: `a run of ${name}${project === '' ? '' : ` for ${project}`}`, url };
}

function labelOf(names: readonly (string | undefined)[], number = ''): string {
  return `${names.filter(Boolean).join(', ')}${number === '' ? '' : ` #${number}`}`;
}

/** A web address without credentials; undefined for anything else. */
function webUrl(text = ''): string | undefined {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  url.username = '';
  url.password = '';
  return url.href;
}

/** The page of a repository, from an address that Git takes: `git@host:acme/site.git`, `ssh://git@host/acme/site`, `https://host/acme/site.git`. */
export function repositoryPage(address = ''): string | undefined {
  const [, host, path] = /^(?:ssh:\/\/)?[\w.-]+@([\w.-]+)(?::\d+)?[:/]\/?(.+)$/.exec(address) ?? [];
  const url = host === undefined ? webUrl(address) : webUrl(`https://${host}/${path}`);
  return url === undefined ? undefined : trimEndSlashes(url).replace(/\.git$/, '');
}

/** The paths of forges, by a part of their host's name. Others have the paths of GitHub for commits, and no known path for pull requests. */
const forgePaths = [
  { host: /(?:^|\.)github\./, commit: 'commit', pull: 'pull' },
  { host: /gitlab/, commit: '-/commit', pull: '-/merge_requests' },
  { host: /(?:^|\.)bitbucket\.org$/, commit: 'commits', pull: 'pull-requests' },
  { host: /(?:^|\.)(?:dev\.azure|visualstudio)\.com$/, commit: 'commit', pull: 'pullrequest' },
  { host: /gitea|forgejo|(?:^|\.)codeberg\.org$/, commit: 'commit', pull: 'pulls' },
] as const;

function pathsOf(repository: string) {
  const { hostname } = new URL(repository);
  return forgePaths.find(({ host }) => host.test(hostname));
}

function commitPage(repository: string | undefined, commit: string): string {
  return repository === undefined ? '' : `${repository}/${pathsOf(repository)?.commit ?? 'commit'}/${commit}`;
}

function pullPage(repository: string | undefined, pull: number): string | undefined {
  const path = repository === undefined ? undefined : pathsOf(repository)?.pull;
  return path === undefined ? undefined : `${repository}/${path}/${pull}`;
}
