import { ActionError } from '../errors/error.ts';
import { urlProblem } from '../http/urls.ts';
import { excerpt } from '../text/sanitize.ts';
import { trimSlashes } from '../text/slashes.ts';
import type { StoragePoint } from './schemas.ts';
import { capitalized, wording } from '../text/wording.ts';

/** Where a workspace stores its objects. */
export interface Location {
  /** The S3 endpoint, addressed path-style. */
  readonly endpoint: URL;
  readonly bucket: string;
  /** Common prefix of all keys of the workspace: empty, or with a `/` at the end. */
  readonly prefix: string;
  /** The region, if the platform names one. */
  readonly region: string | undefined;
}

/**
 * Reads the endpoint, bucket and prefix of a storage point, from its properties or else from its other fields.
 * @param plainHttp whether the endpoint may be plain HTTP on this machine
 * @throws ActionError `workspace-misconfigured` if it has no valid location, or an error of {@link checkUsable}
 */
export function locate(point: StoragePoint, plainHttp: boolean): Location {
  checkUsable(point);
  const storage = parseS3Uri(property(point, 'storage_url') ?? point.resource_uris?.[0]);
  const bucket = property(point, 'bucket') ?? storage?.bucket;
  const prefix = property(point, 'key') ?? storage?.prefix ?? '';
  const endpoint = property(point, 'service_url') ?? point.endPoint ?? undefined;
  const url = URL.parse(endpoint ?? '');
  if (!bucket || !url) {
    throw new ActionError(
      'workspace-misconfigured',
      `Workspace '${excerpt(point.name)}' has no storage location (endpoint ${excerpt(endpoint ?? 'none')}, bucket ${excerpt(bucket ?? 'none')})`,
      {
        hint: `Ask the people who run the platform to check the properties of this workspace.`,
      },
    );
  }
  const fault = urlProblem(url, plainHttp);
  if (fault) {
    throw new ActionError(
      'workspace-misconfigured',
      `Workspace '${excerpt(point.name)}' has the storage endpoint ${excerpt(`${url.protocol}//${url.host}`)}, which ${fault}`,
      {
        hint: `Ask the people who run the platform to correct the workspace's endpoint. It must be an https URL without user name and password; plain http is only for a platform on this machine.`,
      },
    );
  }
  const folder = trimSlashes(prefix);
  const region = property(point, 'region');
  const wrong = locationProblem({
    endpoint: endpoint ?? '',
    bucket,
    folder,
    region,
    key: point.properties?.['key'],
  });
  if (wrong) {
    throw new ActionError('workspace-misconfigured', `Workspace '${excerpt(point.name)}' has ${wrong}`, {
      hint: `Ask the people who run the platform to correct the properties of this workspace. Nothing was written.`,
    });
  }
  url.pathname = url.pathname.replace(/\/{2,}/g, '/');
  return { endpoint: url, bucket, prefix: folder ? `${folder}/` : '', region };
}

/** A location as the platform states it, not checked yet. */
interface StatedLocation {
  readonly endpoint: string;
  readonly bucket: string;
  /** The prefix without leading and trailing slashes. */
  readonly folder: string;
  readonly region: string | undefined;
  /** The property that contains the prefix. */
  readonly key: readonly unknown[] | null | undefined;
}

/** The invalid part of a location, as the end of a sentence; undefined if all parts are valid. */
function locationProblem({ endpoint, bucket, folder, region, key }: StatedLocation): string | undefined {
  if (/[\s\p{Cc}?#]/u.test(endpoint))
    return `the storage endpoint '${excerpt(endpoint)}', which has white space, control characters, a query or a fragment`;
  if (!/^[a-z0-9][a-z0-9._-]{1,253}[a-z0-9]$/i.test(bucket) || bucket.includes('..'))
    return `the bucket '${excerpt(bucket)}', which is not a valid name of an S3 bucket`;
  if (region !== undefined && !isRegionName(region))
    return `the region '${excerpt(region)}', which is not a valid region name`;
  if (key?.[0] !== undefined && key[0] !== null && typeof key[0] !== 'string')
    return `a prefix (property 'key') that is not text`;
  const segments = folder === '' ? [] : folder.split('/');
  const isOdd = (segment: string) => ['', '.', '..'].includes(segment) || /\p{Cc}/u.test(segment);
  return segments.some(isOdd) || !folder.isWellFormed()
    ? `the prefix '${excerpt(folder)}', which has empty, '.' or '..' segments or control characters`
    : undefined;
}

/** Whether a text is a valid region name. It becomes a part of every signature and presigned URL. */
export function isRegionName(text: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,63}$/i.test(text);
}

/** @throws ActionError `workspace-not-s3`, or `workspace-not-ready` if it is not initialized or its status is not `OK` */
export function checkUsable(point: StoragePoint): void {
  const name = `Workspace '${excerpt(point.name)}'`;
  const storageType = point.storageType ?? property(point, 'storage_type');
  if (storageType && storageType.toLowerCase() !== 's3') {
    throw new ActionError(
      'workspace-not-s3',
      `${name} is stored on '${excerpt(storageType)}', but ${wording().program} uploads only to s3`,
      {
        hint: `Choose a workspace with storage type s3. ${capitalized(wording().action('workspaces'))} lists them.`,
      },
    );
  }
  const status = point.status?.statusCode;
  const isBad = status && status !== 'OK';
  const message = point.status?.message ? `: ${excerpt(point.status.message)}` : '';
  if (isBad) {
    const also = point.initialized === false ? 'not initialized, and ' : '';
    throw new ActionError(
      'workspace-not-ready',
      `${name} is ${also}not usable: status ${excerpt(status)}${message}`,
      {
        hint: `Ask its owner, or the people who run the platform, to repair it.`,
      },
    );
  }
  if (point.initialized === false) {
    throw new ActionError('workspace-not-ready', `${name} is not initialized yet`, {
      hint: `Open the workspace once on the platform, which creates it, and run the ${wording().job} again.`,
    });
  }
}

function property(point: StoragePoint, name: string): string | undefined {
  const value = point.properties?.[name]?.[0];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function parseS3Uri(uri: string | undefined): { bucket: string; prefix: string } | undefined {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri ?? '');
  return match ? { bucket: match[1] ?? '', prefix: match[2] ?? '' } : undefined;
}
