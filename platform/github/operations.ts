const repository = '/repos/{owner}/{repo}';

/** The operations of GitHub's REST API that the stand-in supports: exactly those that the actions use. */
export const operations = [
  ['get', '/user'],
  ['get', `${repository}/issues/{issue_number}/comments`],
  ['post', `${repository}/issues/{issue_number}/comments`],
  ['patch', `${repository}/issues/comments/{comment_id}`],
  ['delete', `${repository}/issues/comments/{comment_id}`],
  ['get', `${repository}/collaborators/{username}/permission`],
  ['get', `${repository}/pulls`],
  ['get', `${repository}/pulls/{pull_number}`],
  ['get', `${repository}/commits/{commit_sha}/pulls`],
  ['get', `${repository}/deployments`],
  ['post', `${repository}/deployments`],
  ['get', `${repository}/deployments/{deployment_id}/statuses`],
  ['post', `${repository}/deployments/{deployment_id}/statuses`],
  ['get', `${repository}/releases`],
  ['get', `${repository}/releases/latest`],
  ['get', `${repository}/releases/tags/{tag}`],
  ['get', `${repository}/releases/{release_id}`],
  ['patch', `${repository}/releases/{release_id}`],
] as const;

type Operation = (typeof operations)[number];

/** Method and path, e.g. `get /user`. The compiler checks that every operation has a handler. */
export type OperationName = Operation extends infer One
  ? One extends readonly [infer Method extends string, infer Path extends string]
    ? `${Method} ${Path}`
    : never
  : never;
