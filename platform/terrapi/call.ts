import { empty, problem, Refusal } from './answer.ts';
import type { Controls } from './controls.ts';
import type { Jobs } from './jobs.ts';
import type { Principal } from './principal.ts';
import type { Resource } from './resources.ts';
import type { OpenSession, PresignDownload } from './storagepoint.ts';

/** What the stand-in is made of. */
export interface Service {
  /** Base URL of the API, without a trailing slash. */
  readonly apiUrl: string;
  /** URL of the store, without a trailing slash. */
  readonly storageUrl: string;
  /** Ids of the clients that may use the resources. */
  readonly members: readonly string[];
  readonly openSession: OpenSession;
  readonly presignDownload: PresignDownload;
  readonly controls: Controls;
  readonly jobs: Jobs;
  /** Grows by sharing, shrinks by deleting shared folders. */
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

/** Endpoint that storage points name at present. */
export function storageEndpoint({ controls, storageUrl }: Service): string {
  return (controls.storageEndpoint ?? storageUrl).replace(/\/$/, '');
}

/** The resources of a kind that the caller's token makes visible. */
export function visible(service: Service, principal: Principal, kind?: Resource['kind']): Resource[] {
  if (!service.members.includes(principal.clientId)) return [];
  return service.resources.filter(
    (resource) =>
      (kind === undefined || resource.kind === kind) && principal.scopes.includes(resource.platform),
  );
}

/**
 * The resource of that name.
 *
 * @throws {Refusal} 404 when there is none, 403 when the caller may not use it, both without a body
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
  if (resource === undefined) throw new Refusal(empty(404));
  if (resource.forbidden || !visible(service, principal).includes(resource)) throw new Refusal(empty(403));
  return resource;
}

/** A refusal of what the caller sent: field → what is wrong with it. */
export function invalid(call: Call, errors: Readonly<Record<string, readonly string[]>>): Refusal {
  return new Refusal(
    problem(400, 'One or more validation errors occurred.', 'See the errors property.', call.path, errors),
  );
}
