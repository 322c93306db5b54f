import { empty, problem, ErrorResponse } from './answer.ts';
import type { Controls } from './controls.ts';
import type { Jobs } from './jobs.ts';
import type { Principal } from './principal.ts';
import type { Resource } from './resources.ts';
import type { OpenSession, PresignDownload } from './storagepoint.ts';

/** The parts of the stand-in. */
export interface Service {
  /** Base URL of the API, without a trailing slash. */
  readonly apiUrl: string;
  /** URL of the storage, without a trailing slash. */
  readonly storageUrl: string;
  /** IDs of the clients that have access to the resources. */
  readonly members: readonly string[];
  readonly openSession: OpenSession;
  readonly presignDownload: PresignDownload;
  readonly controls: Controls;
  readonly jobs: Jobs;
  /** Changes when folders are shared, and when shared folders are deleted. */
  readonly resources: Resource[];
}

/** An authenticated call. */
export interface Call {
  readonly method: string;
  /** Below the base URL, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: string;
  readonly principal: Principal;
}

/** The current endpoint of the storage points. */
export function storageEndpoint({ controls, storageUrl }: Service): string {
  return (controls.storageEndpoint ?? storageUrl).replace(/\/$/, '');
}

/** The resources of a kind that the caller's token can list. */
export function visible(service: Service, principal: Principal, kind?: Resource['kind']): Resource[] {
  if (!service.members.includes(principal.clientId)) return [];
  return service.resources.filter(
    (resource) =>
      (kind === undefined || resource.kind === kind) && principal.scopes.includes(resource.platform),
  );
}

/**
 * Finds a resource by name.
 *
 * @throws {ErrorResponse} 404 if it does not exist, 403 if the caller has no access; both without a body
 */
export function requireResource(
  service: Service,
  principal: Principal,
  name: string,
  kind?: Resource['kind'],
): Resource {
  const resource = service.resources.find(
    (one) => one.name === name && (kind === undefined || one.kind === kind),
  );
  if (resource === undefined) throw new ErrorResponse(empty(404));
  if (resource.forbidden || !visible(service, principal).includes(resource))
    throw new ErrorResponse(empty(403));
  return resource;
}

/** A rejection of invalid input. @param errors field → problem */
export function invalid(call: Call, errors: Readonly<Record<string, readonly string[]>>): ErrorResponse {
  return new ErrorResponse(
    problem(400, 'One or more validation errors occurred.', 'See the errors property.', call.path, errors),
  );
}
