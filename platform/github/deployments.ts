import { json } from '../terrapi/answer.ts';
import { type Call, type Handler, invalid, page, requireOne, showAccount, textOf } from './call.ts';
import type { JsonObject } from './description.ts';
import type { Deployment, DeploymentStatus } from './github.ts';

/** GitHub's limit for the length of a description. */
const longestDescription = 140;

export const listDeployments: Handler = (call) => {
  const { query, github } = call;
  const wanted = (name: string, value: string) => !query.has(name) || query.get(name) === value;
  const found = github.deployments
    .filter(
      ({ ref, task, environment }) =>
        wanted('ref', ref) &&
        wanted('sha', ref) &&
        wanted('task', task) &&
        wanted('environment', environment),
    )
    .toReversed();
  return page(call, '/deployments', found, (deployment) => showDeployment(call, deployment));
};

export const createDeployment: Handler = (call) => {
  const { body, account, github } = call;
  const deployment: Deployment = {
    id: call.nextId(),
    ref: textOf(call, 'ref'),
    task: textOf(call, 'task', 'deploy'),
    environment: textOf(call, 'environment', 'production'),
    transient: body['transient_environment'] === true,
    payload: (body['payload'] ?? '') as Deployment['payload'],
    creator: account,
    statuses: [],
  };
  if (deployment.environment.length > 255) {
    throw invalid('Deployment', 'environment', 'environment is too long (maximum is 255 characters)');
  }
  limit('Deployment', 'description', textOf(call, 'description'), longestDescription);
  github.deployments.push(deployment);
  return json(201, showDeployment(call, deployment));
};

export const listStatuses: Handler = (call) => {
  const deployment = requireDeployment(call);
  return page(call, `/deployments/${deployment.id}/statuses`, deployment.statuses.toReversed(), (status) =>
    showStatus(call, deployment, status),
  );
};

export const createStatus: Handler = (call) => {
  const { body, github } = call;
  const deployment = requireDeployment(call);
  const status = {
    id: call.nextId(),
    state: textOf(call, 'state'),
    environmentUrl: textOf(call, 'environment_url'),
    logUrl: textOf(call, 'log_url'),
    description: textOf(call, 'description'),
  };
  limit('DeploymentStatus', 'description', status.description, longestDescription);
  limit('DeploymentStatus', 'environment_url', status.environmentUrl, github.environmentUrlLimit);
  deployment.statuses.push(status);
  if (status.state === 'success' && body['auto_inactive'] !== false) deactivateOthers(call, deployment);
  return json(201, showStatus(call, deployment, status));
};

/** GitHub's automatic deactivation. It does not apply to transient deployments. */
function deactivateOthers({ github, nextId }: Call, { id, environment }: Deployment): void {
  for (const other of github.deployments) {
    if (other.id === id || other.environment !== environment || other.transient) continue;
    if (other.statuses.at(-1)?.state !== 'success') continue;
    other.statuses.push({ id: nextId(), state: 'inactive', environmentUrl: '', logUrl: '', description: '' });
  }
}

function requireDeployment({ github, parameters }: Call): Deployment {
  return requireOne(github.deployments, ({ id }) => id === Number(parameters['deployment_id']));
}

function limit(resource: string, field: string, value: string, most: number): void {
  if (value.length > most)
    throw invalid(resource, field, `${field} is too long (maximum is ${most} characters)`);
}

function showDeployment({ contract }: Call, deployment: Deployment): JsonObject {
  const example = contract.example('post /repos/{owner}/{repo}/deployments', 201);
  const { id, ref, task, environment, transient, payload, creator } = deployment;
  return {
    ...example,
    id,
    ref,
    sha: ref,
    task,
    environment,
    original_environment: environment,
    transient_environment: transient,
    payload: payload as JsonObject,
    creator: showAccount(example['creator'], creator),
  };
}

const none = 'https://github.com/';

function showStatus(
  { contract }: Call,
  { environment, creator }: Deployment,
  status: DeploymentStatus,
): JsonObject {
  const example = contract.example('post /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', 201);
  return {
    ...example,
    id: status.id,
    state: status.state,
    description: status.description,
    environment,
    // Without a URL, GitHub returns an empty one, although its description does not allow that.
    environment_url: status.environmentUrl || none,
    log_url: status.logUrl || none,
    target_url: status.logUrl || none,
    creator: showAccount(example['creator'], creator),
  };
}
