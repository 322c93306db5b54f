import { json } from '../terrapi/answer.ts';
import { type Handler, errorResponse, showAccount } from './call.ts';
import { type Account, bot, type Github, person } from './github.ts';
import type { JsonObject } from './description.ts';
import type { OperationName } from './operations.ts';

/** Token of a workflow. GitHub's tokens have the same prefix. */
export const workflowToken = 'ghs_standInForTheTokenOfAWorkflow';
/** Personal access token. */
export const personalToken = 'ghp_standInForTheTokenOfAPerson';

/**
 * Authenticates a request. A workflow's token belongs to an app, and has the job's `permissions:`.
 * @throws {ErrorResponse} 401 for an unknown token, 403 without a `User-Agent`
 */
export function authenticate(authorization: string | undefined, userAgent: string | undefined): Account {
  if (!userAgent)
    throw errorResponse(
      403,
      'Request forbidden by administrative rules. Please make sure your request has a User-Agent header',
    );
  const [, token] = /^(?:token|bearer) (\S+)$/i.exec(authorization ?? '') ?? [];
  if (token === workflowToken) return bot;
  if (token === personalToken) return person;
  throw errorResponse(401, token === undefined ? 'Requires authentication' : 'Bad credentials');
}

/** @throws {ErrorResponse} 403 if the job's permissions do not allow the request */
export function authorize(
  operation: OperationName,
  account: Account,
  permissions: Github['permissions'],
): void {
  if (account.type === 'User') return;
  const [method = '', path = ''] = operation.split(' ');
  // Every token can read a repository's metadata.
  if (path.includes('/collaborators/')) return;
  const area = path.includes('/deployments')
    ? 'deployments'
    : path.includes('/releases')
      ? 'contents'
      : 'pulls';
  const allowed = permissions[area] === 'write' || (method === 'get' && permissions[area] === 'read');
  if (!allowed || path === '/user') throw errorResponse(403, 'Resource not accessible by integration');
}

export const getUser: Handler = ({ contract, account }) =>
  json(200, showAccount(contract.example('get /user', 200), account));

/** A user's permission in the repository. Everybody can read a public one. */
export const getPermission: Handler = ({ contract, github, parameters }) => {
  const login = parameters['username'] ?? '';
  const permission = github.collaborators.get(login) ?? 'read';
  const example = contract.example('get /repos/{owner}/{repo}/collaborators/{username}/permission', 200);
  const user = { ...(example['user'] as JsonObject), login, role_name: permission };
  return json(200, { ...example, permission, role_name: permission, user });
};
