import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

import { SignJWT, importJWK } from 'jose';

import { Interventions } from '../interventions.ts';
import { listen } from '../listener.ts';
import { type Answer, answerOf, ErrorResponse, json, send } from '../terrapi/answer.ts';
import { newSigningKey } from '../tokens/authority.ts';
import { type Fault, type Gitlab, type User, bot, person } from './gitlab.ts';
import { handlers, refusal } from './handlers.ts';
import { claimsOf, mainBranch, variablesOf } from './job.ts';
import {
  type Found,
  type Operation,
  type OperationName,
  findOperation,
  operations,
  problemsOf,
} from './operations.ts';

const base = '/api/v4';
const keysPath = '/oauth/discovery/keys';

/** The instance, with what only its server needs. */
interface State extends Omit<Gitlab, 'requests' | 'violations' | 'stop'> {
  readonly requests: { operation: string; status: number }[];
  readonly violations: string[];
  readonly interventions: Interventions<OperationName, Fault>;
  readonly nextId: () => number;
  readonly documents: Readonly<Record<string, object>>;
}

/**
 * Starts the stand-in on a loopback port. It checks every request against the operations of GitLab's documentation.
 * @param port default: any free port
 */
export async function startGitlab({ port }: { port?: number } = {}): Promise<Gitlab> {
  const listener = await listen(port, undefined);
  const key = await newSigningKey();
  const state = stateOf(listener.origin, key);
  listener.handle((message, response) => {
    void answer(state, message).then((given) => {
      if (given === 'drop') response.destroy();
      else send(response, given);
    });
  });
  return Object.assign(state, { stop: () => listener.close() });
}

function stateOf(url: string, key: Awaited<ReturnType<typeof newSigningKey>>): State {
  const { kty, n, e, kid, alg, use } = key;
  const secret = (prefix: string) => `${prefix}${randomBytes(15).toString('base64url')}`;
  const interventions = new Interventions<OperationName, Fault>();
  let lastId = 7_000_000;
  const state: State = {
    url,
    apiUrl: `${url}${base}`,
    authority: { issuer: url, jwksUrl: `${url}${keysPath}` },
    documents: {
      '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}${keysPath}` },
      [keysPath]: { keys: [{ kty, n, e, kid, alg, use }] },
    },
    project: { id: 7, path: 'example/site' },
    token: secret('glpat-project-'),
    personalToken: secret('glpat-person-'),
    jobToken: secret('glcbt-64_'),
    access: { role: 'reporter', scope: 'api' },
    ...{ mergeRequests: [], notes: [], releases: [], requests: [], violations: [] },
    interventions,
    nextId: () => (lastId += 1),
    fail: (operation, given, times) => interventions.fail(operation, given, times),
    gather: (operation, count) => interventions.gather(operation, count),
    idToken: async (audience, changes = {}) => {
      const claims = {
        ...claimsOf(state, state.mergeRequests[0]?.branch ?? mainBranch, audience),
        ...changes,
      };
      return new SignJWT(claims)
        .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: kid ?? '' })
        .sign(await importJWK(key, 'RS256'));
    },
    variables: (pull) =>
      variablesOf(
        state,
        state.mergeRequests.find(({ iid }) => iid === pull),
      ),
    reset: () => {
      for (const list of [state.mergeRequests, state.notes, state.releases, state.requests, state.violations])
        list.length = 0;
      interventions.reset();
      Object.assign(state.access, { role: 'reporter', scope: 'api' });
    },
  };
  return state;
}

async function answer(state: State, message: IncomingMessage): Promise<Answer | 'drop'> {
  const body = await text(message);
  const url = new URL(message.url ?? '/', state.url);
  const document = state.documents[url.pathname];
  if (document) return json(200, document);
  const found = url.pathname.startsWith(base)
    ? findOperation(message.method ?? '', url.pathname.slice(base.length))
    : undefined;
  if (!found) {
    state.violations.push(`${message.method ?? ''} ${url.pathname} is not supported by the stand-in`);
    return json(404, { error: '404 Not Found' });
  }
  const given = faultOf(state, found.name) ?? answerOf(() => handle(state, message, found, { url, body }));
  state.requests.push({ operation: found.name, status: given === 'drop' ? 0 : given.status });
  await state.interventions.waitForOthers(found.name);
  return given;
}

function handle(
  state: State,
  { headers }: IncomingMessage,
  found: Found,
  { url, body }: { readonly url: URL; readonly body: string },
): Answer {
  const user = authenticate(state, headers, operations[found.name]);
  const parsed: unknown = body === '' ? undefined : JSON.parse(body);
  const problems = problemsOf(found, url.searchParams, parsed);
  state.violations.push(...problems);
  if (problems.length > 0) throw new ErrorResponse(json(400, { error: problems.join(', ') }));
  return handlers[found.name]({
    gitlab: state,
    path: found.path,
    query: url.searchParams,
    body: (parsed ?? {}) as Readonly<Record<string, unknown>>,
    user,
    url: `${url.origin}${url.pathname}`,
    nextId: state.nextId,
  });
}

const roles = ['guest', 'reporter', 'developer'] as const;

/** @throws {ErrorResponse} 401 for an unknown token, or for a job's token where it is not allowed; 403 if the token lacks a right */
function authenticate(
  { token, personalToken, jobToken, access }: State,
  headers: IncomingMessage['headers'],
  operation: Operation,
): User {
  if (headers['private-token'] === personalToken) return person;
  if (headers['job-token'] === jobToken && operation.jobToken) return person;
  if (headers['private-token'] !== token) throw refusal(401, '401 Unauthorized');
  if (operation.writes && access.scope !== 'api')
    throw new ErrorResponse(
      json(403, {
        error: 'insufficient_scope',
        error_description: 'The request requires higher privileges than provided by the access token.',
        scope: 'api',
      }),
    );
  if (roles.indexOf(access.role) < roles.indexOf(operation.role)) throw refusal(403, '403 Forbidden');
  return bot;
}

function faultOf({ interventions }: State, name: OperationName): Answer | 'drop' | undefined {
  const fault = interventions.takeFault(name);
  if (fault === undefined || fault === 'drop') return fault;
  const { status, headers = {}, body = { message: `A test set the status ${status}` } } = fault;
  return json(status, body, { ...headers });
}
