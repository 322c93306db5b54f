import { buckets, platformScope, sharedFolders, workspaces } from '../catalogue.ts';
import type { StoragePoint } from './storagepoint.ts';

/** A workspace or shared folder, before it is converted to a response. */
export interface Resource extends StoragePoint {
  readonly kind: 'workspace' | 'sharedfolder';
  readonly storageType: 's3' | 'ftp';
  /** `null` is normal: the workspace works. */
  readonly initialized: boolean | null;
  readonly status: {
    readonly statusCode: 'OK' | 'ERROR' | 'NOT_FOUND' | 'FORBIDDEN';
    readonly message: string;
  };
  /** The resource is listed, but requests for it get 403. */
  readonly forbidden: boolean;
  /** Scope that a token needs to list the resource. */
  readonly platform: string;
}

const scopes = [
  's3:GetObject',
  's3:PutObject',
  's3:ListBucket',
  's3:DeleteObject',
  's3:GetBucketLocation',
] as const;

const ordinary = {
  kind: 'workspace',
  bucket: buckets.outputs,
  scopes,
  storageType: 's3',
  initialized: null,
  status: { statusCode: 'OK', message: 'From Authorization Resource' },
  forbidden: false,
  platform: platformScope,
} as const;

/** The resources at the start. */
export const resources: readonly Resource[] = [
  { ...ordinary, name: workspaces.main, prefix: 'ci/' },
  { ...ordinary, name: workspaces.previews, prefix: 'previews/' },
  { ...ordinary, name: workspaces.ftp, prefix: 'archive/', storageType: 'ftp' },
  { ...ordinary, name: workspaces.uninitialized, prefix: 'fresh/', initialized: false },
  {
    ...ordinary,
    name: workspaces.broken,
    prefix: 'broken/',
    status: { statusCode: 'ERROR', message: 'Bucket policy could not be applied: storage backend timed out' },
  },
  { ...ordinary, name: workspaces.forbidden, prefix: 'restricted/', forbidden: true },
  { ...ordinary, kind: 'sharedfolder', name: sharedFolders.atlas, prefix: 'shared/atlas/' },
];

/**
 * A resource in TerrAPI's format (`IWorkspace` or `ISharedFolder`). It has every field, and most are null. It has no region, and some
 * unknown fields.
 *
 * @param endpoint URL of the storage, without a trailing slash
 * @param apiUrl base URL of the API
 */
export function describe(resource: Resource, endpoint: string, apiUrl: string): Record<string, unknown> {
  const { bucket, prefix, storageType } = resource;
  const storageUrl = `${storageType}://${bucket}/${prefix}`;
  const serviceUrl = storageType === 's3' ? `${endpoint}/` : 'ftp://archive.invalid/';
  return {
    name: resource.name,
    type: `urn:resource:storage:${resource.kind}`,
    storageType,
    storagePointUri: null,
    serviceUri: null,
    initialized: resource.initialized,
    endPoint: serviceUrl,
    remoteId: null,
    resourceServer: null,
    owner: 'ellip-bios-api',
    platformId: resource.platform,
    self: selfUrl(resource, apiUrl),
    background_job_id: null,
    status: resource.status,
    resource_uris: [storageUrl],
    scopes: resource.scopes,
    properties: {
      bucket: [bucket],
      key: [prefix],
      storage_type: [storageType],
      platform_id: [resource.platform],
      service_url: [serviceUrl],
      storage_url: [storageUrl],
      resource_server_id: ['ellip-bios-api'],
      quota_bytes: [null],
    },
    icon_uri: null,
    displayName: resource.name,
    attributes: {},
  };
}

/** A resource in TerrAPI's format for lists (`SelfInfo`). */
export function selfInfo(resource: Resource, apiUrl: string): Record<string, unknown> {
  return {
    type: `urn:resource:storage:${resource.kind}`,
    name: resource.name,
    self: selfUrl(resource, apiUrl),
  };
}

function selfUrl(resource: Resource, apiUrl: string): string {
  const collection = resource.kind === 'workspace' ? 'workspaces' : 'sharedfolders';
  return `${apiUrl}/v2/storage/${collection}/${resource.name}`;
}
