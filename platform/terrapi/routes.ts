import { empty, json, problem } from './answer.ts';
import type { Answer } from './answer.ts';
import { requireResource, storageEndpoint, visible } from './call.ts';
import type { Call, Service } from './call.ts';
import { download } from './download.ts';
import { describe, selfInfo } from './resources.ts';
import type { Resource } from './resources.ts';
import { claim, deleteSharedFolder, jobStatus, share } from './sharing.ts';

type Handler = (service: Service, call: Call, id: string) => Promise<Answer> | Answer;

interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly handler: Handler;
}

/** `{id}` in `path` matches one segment. The handler gets it decoded. */
function route(method: string, path: string, handler: Handler): Route {
  return { method, pattern: new RegExp(`^${path.replace('{id}', '([^/]+)')}/?$`), handler };
}

const routes: readonly Route[] = [
  route('GET', '/v2/user/info', userInfo),
  route('GET', '/v2/user/platforms', userPlatforms),
  route('GET', '/v2/storage/workspaces', list('workspace')),
  route('GET', '/v2/storage/workspaces/{id}', one('workspace')),
  route('POST', '/v2/storage/workspaces/{id}/share', share),
  route('POST', '/v2/storage/workspaces/{id}/claim', claim),
  route('GET', '/v2/storage/token', storageToken),
  route('POST', '/v2/storage/download', download),
  route('GET', '/v2/storage/sharedfolders', list('sharedfolder')),
  route('GET', '/v2/storage/sharedfolders/{id}', one('sharedfolder')),
  route('DELETE', '/v2/storage/sharedfolders/{id}', deleteSharedFolder),
  route('GET', '/v2/jobs/{id}', (service, _call, id) => jobStatus(service, id)),
];

/** Handles an authenticated call. Answers 404 or 405 without a body if there is no such route. */
export async function answerCall(service: Service, call: Call): Promise<Answer> {
  const matching = routes.filter(({ pattern }) => pattern.test(call.path));
  const chosen = matching.find(({ method }) => method === call.method);
  if (chosen !== undefined) {
    return chosen.handler(service, call, decodeURIComponent(chosen.pattern.exec(call.path)?.[1] ?? ''));
  }
  if (matching.length === 0) return empty(404);
  return empty(405, { allow: matching.map(({ method }) => method).join(', ') });
}

function userInfo(_service: Service, { principal }: Call): Answer {
  const claims = Object.entries(principal.claims).flatMap(([type, value]) =>
    [value].flat().map((item) => ({ type, value: typeof item === 'string' ? item : JSON.stringify(item) })),
  );
  return json(200, {
    name: principal.name,
    claims,
    tokens: {
      id: principal.claims.jti ?? null,
      principalId: principal.subject,
      token: principal.token,
      validTo: new Date((principal.claims.exp ?? 0) * 1000).toISOString(),
      refreshToken: null,
      idToken: null,
    },
  });
}

function userPlatforms(service: Service, { principal }: Call): Answer {
  const names = new Set(visible(service, principal).map(({ platform }) => platform));
  return json(
    200,
    Array.from(names, (name) => ({ type: 'urn:resource:platform', name, self: null })),
  );
}

function list(kind: Resource['kind']): Handler {
  return (service, { principal }) =>
    json(
      200,
      visible(service, principal, kind).map((resource) => selfInfo(resource, service.apiUrl)),
    );
}

function one(kind: Resource['kind']): Handler {
  return (service, { principal }, id) => {
    const resource = requireResource(service, principal, id, kind);
    return json(200, describe(resource, storageEndpoint(service), service.apiUrl));
  };
}

async function storageToken(service: Service, call: Call): Promise<Answer> {
  const point = requireResource(service, call.principal, call.query.get('storagePointId') ?? '');
  if (point.storageType !== 's3' || point.initialized === false || point.status.statusCode !== 'OK') {
    const detail = `No credentials can be issued for storage point ${point.name}.`;
    return problem(400, 'Bad Request', detail, call.path);
  }
  const session = await service.openSession(point, service.controls.sessionSeconds);
  service.controls.secrets.add(session.secretKey);
  return json(200, {
    storage: describe(point, storageEndpoint(service), service.apiUrl),
    credentials: {
      accessKey: session.accessKey,
      secretKey: session.secretKey,
      useToken: session.token !== undefined,
      token: session.token ?? null,
      expiration: session.expiration.toISOString(),
    },
  });
}
