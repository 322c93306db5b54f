import type { Job } from './tokens/job.ts';

/** The accounts and workspaces of both platforms. */

export const region = 'fr-par';

/** The lifetime of the links that the platform signs: the maximum of a presigned URL. */
export const platformLinkSeconds = 7 * 24 * 3600;

/** A client app with access to all workspaces below, except those marked otherwise. */
export const clientApp = { id: 'ci-publisher', secret: 'ci-publisher-secret-4b1f6c0d' } as const;

/** A client app that can log in, but has no access to any workspace. */
export const outsiderApp = { id: 'ci-outsider', secret: 'ci-outsider-secret-97ad21e3' } as const;

/** A public client, with which people log in: device grant, and authorization code with PKCE. It has the same access as `clientApp`. */
export const publicApp = { id: 'people-publisher' } as const;

/** A client app that has no secret either, but allows neither of these grants. */
export const closedApp = { id: 'people-closed' } as const;

/** A person who can log in with `publicApp`. */
export const person = {
  name: 'alice',
  password: 'alice-password-5e2d9a71',
  email: 'alice@example.org',
  firstName: 'Alice',
  lastName: 'Example',
} as const;

/** The job that identity tokens are for at the start. */
export const usualJob: Job = { repository: 'example/site', ref: 'refs/heads/main', event: 'push' };

/** Client apps without a secret, with the same access. Each logs in with the identity token of one kind of job. */
export const keylessApps = {
  branch: { id: 'ci-keyless', job: usualJob },
  tag: { id: 'ci-keyless-release', job: { ...usualJob, ref: 'refs/tags/v1.2.3' } },
  environment: { id: 'ci-keyless-production', job: { ...usualJob, environment: 'production' } },
  pullRequest: {
    id: 'ci-keyless-preview',
    job: { ...usualJob, ref: 'refs/pull/7/merge', event: 'pull_request' },
  },
  renamed: { id: 'ci-keyless-renamed', job: { ...usualJob, withIds: true } },
} as const;

/** A client app without a secret, which logs in with the identity tokens of a GitLab project's branch. */
export const gitlabApp = {
  id: 'ci-gitlab',
  subject: 'project_path:example/site:ref_type:branch:ref:patch',
} as const;

/** IDs of the client apps that have access to the workspaces. */
export const members: readonly string[] = [
  clientApp,
  publicApp,
  gitlabApp,
  ...Object.values(keylessApps),
].map(({ id }) => id);

/** Scope of the platform that the workspaces belong to. Without it in the token, they are not listed. */
export const platformScope = 'gep';

export const workspaces = {
  /** The normal case: S3, optional fields are null, no region. Bucket `gep-build-outputs`, prefix `ci/`. */
  main: 'gep-build-outputs-service-workspace',
  /** In the same bucket as `main`, prefix `previews/`. */
  previews: 'gep-previews-service-workspace',
  /** `storageType: ftp`. */
  ftp: 'gep-legacy-archive-workspace',
  /** `initialized: false`. */
  uninitialized: 'gep-fresh-service-workspace',
  /** `status.statusCode: ERROR`, with a message. */
  broken: 'gep-broken-service-workspace',
  /** Listed, but each request for it gets 403 with an empty body. */
  forbidden: 'gep-restricted-service-workspace',
} as const;

export const sharedFolders = {
  /** S3, bucket `gep-build-outputs`, prefix `shared/atlas/`. */
  atlas: 'gep-shared-atlas',
} as const;

export const buckets = { outputs: 'gep-build-outputs' } as const;
