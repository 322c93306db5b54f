import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

import { listen } from '../listener.ts';
import { type Answer, answerOf, json, send } from '../terrapi/answer.ts';
import { authenticate, authorize, getPermission, getUser } from './access.ts';
import { type Handler, errorResponse } from './call.ts';
import { type Contract, readContract } from './contract.ts';
import { Controls } from './controls.ts';
import * as deployments from './deployments.ts';
import { githubDescription, type Json, type JsonObject } from './description.ts';
import type { Fault, Github } from './github.ts';
import * as issues from './issues.ts';
import type { OperationName } from './operations.ts';
import * as releases from './releases.ts';

const handlers: Readonly<Record<OperationName, Handler>> = {
  'get /user': getUser,
  'get /repos/{owner}/{repo}/issues/{issue_number}/comments': issues.listComments,
  'post /repos/{owner}/{repo}/issues/{issue_number}/comments': issues.createComment,
  'patch /repos/{owner}/{repo}/issues/comments/{comment_id}': issues.updateComment,
  'delete /repos/{owner}/{repo}/issues/comments/{comment_id}': issues.deleteComment,
  'get /repos/{owner}/{repo}/collaborators/{username}/permission': getPermission,
  'get /repos/{owner}/{repo}/pulls': issues.listPulls,
  'get /repos/{owner}/{repo}/pulls/{pull_number}': issues.getPull,
  'get /repos/{owner}/{repo}/commits/{commit_sha}/pulls': issues.listPullsOfCommit,
  'get /repos/{owner}/{repo}/deployments': deployments.listDeployments,
  'post /repos/{owner}/{repo}/deployments': deployments.createDeployment,
  'get /repos/{owner}/{repo}/deployments/{deployment_id}/statuses': deployments.listStatuses,
  'post /repos/{owner}/{repo}/deployments/{deployment_id}/statuses': deployments.createStatus,
  'get /repos/{owner}/{repo}/releases': releases.listReleases,
  'get /repos/{owner}/{repo}/releases/latest': releases.getLatestRelease,
  'get /repos/{owner}/{repo}/releases/tags/{tag}': releases.getReleaseByTag,
  'get /repos/{owner}/{repo}/releases/{release_id}': releases.getRelease,
  'patch /repos/{owner}/{repo}/releases/{release_id}': releases.updateRelease,
};

/**
 * Starts the stand-in on a loopback port. It checks every request and every response against GitHub's description, which the first start
 * downloads.
 *
 * @param port Default: any free port
 */
export async function startGithub({ port }: { port?: number } = {}): Promise<Github> {
  const contract = readContract(await githubDescription());
  const listener = await listen(port, undefined);
  const controls = new Controls(listener.origin);
  // A high start, so that a confusion of IDs and numbers (which start at 1) causes an error.
  let lastId = 7_000_000;
  const nextId = () => (lastId += 1);
  listener.handle((message, response) => {
    void answer(controls, contract, nextId, message).then((given) => {
      if (given === 'drop') response.destroy();
      else send(response, given);
    });
  });
  return Object.assign(controls, { stop: () => listener.close() });
}

async function answer(
  controls: Controls,
  contract: Contract,
  nextId: () => number,
  message: IncomingMessage,
): Promise<Answer | 'drop'> {
  const body = await text(message);
  const { pathname, searchParams: query } = new URL(message.url ?? '/', controls.apiUrl);
  const found = contract.find(message.method ?? '', pathname);
  if (found === undefined) {
    controls.violations.push(`${message.method ?? ''} ${pathname} is not supported by the stand-in`);
    return errorResponse(404, 'Not Found').answer;
  }
  const { name, parameters } = found;
  const fault = controls.takeFault(name);
  const given =
    fault === undefined
      ? answerOf(() => {
          const account = authenticate(message.headers.authorization, message.headers['user-agent']);
          const asked = { parameters, query, body: body === '' ? undefined : (JSON.parse(body) as Json) };
          const wrong = contract.checkRequest(name, asked);
          controls.violations.push(...wrong.map((one) => `${name}: ${one}`));
          if (wrong.length > 0) throw errorResponse(422, `Invalid request. ${wrong.join('; ')}`);
          requireRepository(controls, parameters);
          authorize(name, account, controls.permissions);
          const call = {
            github: controls,
            contract,
            parameters,
            query,
            body: (asked.body ?? {}) as JsonObject,
          };
          return handlers[name]({ ...call, account, nextId });
        })
      : faulty(fault);
  const status = given === 'drop' ? 0 : given.status;
  if (given !== 'drop' && fault === undefined) {
    const said = given.body === undefined ? undefined : (JSON.parse(given.body) as Json);
    const wrong = contract.checkAnswer(name, given.status, said);
    controls.violations.push(...wrong.map((one) => `the response to ${name}: ${one}`));
  }
  controls.requests.push({ operation: name, status });
  await controls.waitForOthers(name);
  return given;
}

function faulty(fault: Fault): Answer | 'drop' {
  if (fault === 'drop') return fault;
  const { status, headers = {}, message = `A test set the status ${status}` } = fault;
  return json(status, { message, documentation_url: 'https://docs.github.com/rest' }, { ...headers });
}

function requireRepository(
  { repository }: Controls,
  { owner, repo }: Readonly<Record<string, string>>,
): void {
  if (owner !== undefined && `${owner}/${repo ?? ''}` !== repository) throw errorResponse(404, 'Not Found');
}
