import { isTransient } from '../http/transientErrors.ts';
import { actionErrorIn } from '../errors/error.ts';
import { describeNetworkError, isNetworkError } from '../http/networkErrors.ts';
import type { Retrier } from '../http/retry.ts';
import type { Transport } from '../http/transport.ts';
import { type Location, isRegionName } from '../terrapi/location.ts';
import { trimEndSlashes } from '../text/slashes.ts';
import { defaultRegion } from './bucket.ts';
import { sendRequest } from './wireRequest.ts';
import { StorageError, storageError } from './s3Error.ts';
import { notS3Error } from './storedCheck.ts';
import { describeStorageError } from './errorDescription.ts';
import type { WireResponse } from './wire.ts';

export interface RegionDiscovery {
  readonly region: string;
  /** Whether neither platform nor storage names a region, so that the default is used. */
  readonly isAssumed: boolean;
  /** Time of the storage's clock in milliseconds since the epoch, not later than now. All objects written from now on are newer. */
  readonly serverTime: number;
}

/** Milliseconds that the clock may be wrong if the storage sends no `Date` header. */
const clockToleranceMs = 10_000;

/**
 * Finds the region to sign for. A signature for the wrong region is invalid, and workspaces rarely name theirs. So it sends an unsigned
 * HEAD of the bucket: AWS, Ceph and MinIO refuse it and name the region in `x-amz-bucket-region` (S3 API, HeadBucket). The response also
 * sets the clock. If it does not name the region, the workspace's region is used, then the answer to a signed request, then the default.
 * @param ask the signed request
 * @throws ActionError `unreachable`, `untrusted-certificate`, or an error of {@link describeStorageError}
 */
export async function discoverRegion(
  location: Location,
  transport: Transport,
  retrier: Retrier,
  ask: () => Promise<string | undefined>,
): Promise<RegionDiscovery> {
  const url = new URL(`${trimEndSlashes(location.endpoint.href)}/${location.bucket}`);
  try {
    const found = await retrier(({ timeoutMs }) => requestRegion(url, transport, timeoutMs), {
      what: () => `HEAD ${location.bucket}`,
    });
    const named = found.region ?? location.region ?? (await ask());
    return { region: named ?? defaultRegion, isAssumed: named === undefined, serverTime: found.serverTime };
  } catch (error) {
    const known = actionErrorIn(error);
    if (known) throw known;
    if (error instanceof StorageError)
      throw describeStorageError(`Bucket '${location.bucket}' could not be read`, location, error);
    if (isNetworkError(error)) {
      throw describeNetworkError(
        'Storage',
        location.endpoint,
        `the workspace's endpoint with the people who run the platform`,
        error,
      );
    }
    throw error;
  }
}

async function requestRegion(
  url: URL,
  { dispatcher, clockOf }: Transport,
  timeoutMs: number,
): Promise<{ region: string | undefined; serverTime: number }> {
  const clock = clockOf(url);
  const started = performance.now();
  const { status, headers, body } = await sendRequest(
    dispatcher,
    { origin: url.origin, path: url.pathname, method: 'HEAD', headers: {} },
    { stallMs: Math.min(8_000, Math.ceil(timeoutMs)) },
  );
  clock.observe(headers['date']?.toString(), performance.now() - started);
  const error = storageError(status, headers, body);
  if (status >= 300 && isTransient(error)) throw error;
  const region = headers['x-amz-bucket-region']?.toString();
  if (region === undefined && isPortal(status, headers)) throw notS3Error({ status, headers, body });
  const date = Date.parse(headers['date']?.toString() ?? '');
  return {
    region: region !== undefined && isRegionName(region) ? region : undefined,
    serverTime: Number.isNaN(date) ? clock.now() - clockToleranceMs : date,
  };
}

/** Whether this is the answer of a captive portal: a web page, or a redirect to one. */
function isPortal(status: number, headers: WireResponse['headers']): boolean {
  const isPage = /^text\/html|^application\/xhtml/i.test(String(headers['content-type'] ?? ''));
  return status === 302 || status === 303 || (status < 300 && isPage);
}
