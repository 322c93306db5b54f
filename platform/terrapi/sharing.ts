import { json, problem, ErrorResponse } from './answer.ts';
import type { Answer } from './answer.ts';
import { invalid, requireResource, storageEndpoint } from './call.ts';
import type { Call, Service } from './call.ts';
import { describe } from './resources.ts';
import type { Resource } from './resources.ts';

interface ShareRequest {
  readonly path: string;
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** `POST /v2/storage/workspaces/{id}/share`: a folder of a workspace becomes a shared folder. */
export function share(service: Service, call: Call, workspaceId: string): Answer {
  const workspace = requireResource(service, call.principal, workspaceId, 'workspace');
  const { path } = readShareRequest(call);
  const folder = path.replace(/^\/+|\/+$/g, '');
  const shared: Resource = {
    ...workspace,
    kind: 'sharedfolder',
    name: `${workspace.name}-${folder.replaceAll('/', '-')}-shared`,
    prefix: `${workspace.prefix}${folder}/`,
  };
  if (!service.resources.some(({ name }) => name === shared.name)) service.resources.push(shared);
  const description = describe(shared, storageEndpoint(service), service.apiUrl);
  return json(201, description, { location: String(description['self']) });
}

/** `DELETE /v2/storage/sharedfolders/{id}`: starts a background job. The folder is no longer listed. */
export function deleteSharedFolder(service: Service, call: Call, folderId: string): Answer {
  const folder = requireResource(service, call.principal, folderId, 'sharedfolder');
  service.resources.splice(service.resources.indexOf(folder), 1);
  return json(202, { name: folder.name, background_job_id: service.jobs.begin() });
}

/** `POST /v2/storage/workspaces/{id}/claim`. */
export function claim(service: Service, call: Call, workspaceId: string): Answer {
  const workspace = requireResource(service, call.principal, workspaceId, 'workspace');
  const description = describe(workspace, storageEndpoint(service), service.apiUrl);
  return json(202, { ...description, background_job_id: service.jobs.begin() });
}

/** `GET /v2/jobs/{id}`. */
export function jobStatus(service: Service, jobId: string): Answer {
  const self = `${service.apiUrl}/v2/jobs/${jobId}`;
  return json(200, {
    id: jobId,
    status: service.jobs.look(jobId),
    links: [{ rel: 'self', type: 'application/json', title: null, href: self }],
  });
}

function readShareRequest(call: Call): ShareRequest {
  // The version is part of the media type. Without it, the API accepts no body.
  if (!/^application\/json\s*;(.*;)?\s*x-api-version=2\b/i.test(call.contentType)) {
    throw new ErrorResponse(
      problem(415, 'Unsupported Media Type', `Content-Type is "${call.contentType}".`, call.path),
    );
  }
  let body: unknown;
  try {
    body = JSON.parse(call.body);
  } catch {
    throw invalid(call, { $: ['The JSON value could not be read.'] });
  }
  if (typeof body !== 'object' || body === null) throw invalid(call, { '': ['A body is required.'] });
  const { path, users, groups } = body as Record<string, unknown>;
  const errors: Record<string, string[]> = {};
  if (typeof path !== 'string' || path.replaceAll('/', '') === '') {
    errors['path'] = ['The path field is required.'];
  } else if (path.split('/').includes('..')) {
    errors['path'] = ['The path field has to stay within the workspace.'];
  }
  const names = { users: users ?? [], groups: groups ?? [] };
  for (const [field, value] of Object.entries(names)) {
    if (!isNames(value)) errors[field] = [`The ${field} field has to be a list of names.`];
  }
  if (isNames(names.users) && isNames(names.groups) && names.users.length + names.groups.length === 0) {
    errors['users'] = ['At least one user or group is required.'];
  }
  if (Object.keys(errors).length > 0) throw invalid(call, errors);
  return { path, ...names } as ShareRequest;
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name.trim() !== '');
}
