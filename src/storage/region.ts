import { isTransient } from '../http/classify.ts';
import { actionErrorIn } from '../errors/error.ts';
import { connectionFailure, isNetworkError } from '../http/networkErrors.ts';
import type { Retrier } from '../http/retry.ts';
import type { Transport } from '../http/transport.ts';
import { type Location, isRegionName } from '../terrapi/location.ts';
import { trimEndSlashes } from '../text/slashes.ts';
import { defaultRegion } from './bucket.ts';
import { type WireAnswer, exchange } from './http.ts';
import { StorageError, storageError } from './s3Error.ts';
import { notS3 } from './stored.ts';
import { storageTrouble } from './errorDescription.ts';

export interface Discovery {
  readonly region: string;
  /** Nobody names a region: it is the usual one. */
  readonly isAssumed: boolean;
  /** A moment not later than now by the storage's own clock, in milliseconds since the epoch: nothing written from now on is older. */
  readonly serverTime: number;
}

/** How far the clock may be off where the storage does not tell the time. */
const unknownClockMs = 10_000;

/**
 * Finds the region to sign for. The workspace seldom names one, and a signature or a link for the wrong one is worth nothing; so the
 * server is asked: an unsigned HEAD of the bucket is refused with the region in `x-amz-bucket-region` (S3 API, HeadBucket), on AWS, Ceph
 * and MinIO alike. The answer also sets the clock. Where the server does not say, the platform's word counts, and then a signed request;
 * where nobody says, it is the usual region.
 * @param ask the signed request, for servers that answer nothing to an unsigned one
 * @throws ActionError `unreachable`, `untrusted-certificate`, or `storage` when it goes on to be in trouble
 */
export async function discoverRegion(
  location: Location,
  transport: Transport,
  retrier: Retrier,
  ask: () => Promise<string | undefined>,
): Promise<Discovery> {
  const url = new URL(`${trimEndSlashes(location.endpoint.href)}/${location.bucket}`);
  try {
    const said = await retrier(({ timeoutMs }) => askForRegion(url, transport, timeoutMs), {
      what: () => `HEAD ${location.bucket}`,
    });
    const named = said.region ?? location.region ?? (await ask());
    return { region: named ?? defaultRegion, isAssumed: named === undefined, serverTime: said.serverTime };
  } catch (error) {
    const known = actionErrorIn(error);
    if (known) throw known;
    if (error instanceof StorageError)
      throw storageTrouble(`Bucket '${location.bucket}' could not be looked at`, location, error);
    if (isNetworkError(error)) {
      throw connectionFailure(
        'Storage',
        location.endpoint,
        `the workspace's endpoint with those who run the platform`,
        error,
      );
    }
    throw error;
  }
}

async function askForRegion(
  url: URL,
  { dispatcher, clockOf }: Transport,
  timeoutMs: number,
): Promise<{ region: string | undefined; serverTime: number }> {
  const clock = clockOf(url);
  const started = performance.now();
  const { status, headers, body } = await exchange(
    dispatcher,
    { origin: url.origin, path: url.pathname, method: 'HEAD', headers: {} },
    { stallMs: Math.min(8_000, Math.ceil(timeoutMs)) },
  );
  clock.observe(headers['date']?.toString(), performance.now() - started);
  const error = storageError(status, headers, body);
  if (status >= 300 && isTransient(error)) throw error;
  const region = headers['x-amz-bucket-region']?.toString();
  if (region === undefined && isPortal(status, headers)) throw notS3({ status, headers, body });
  const date = Date.parse(headers['date']?.toString() ?? '');
  return {
    region: region !== undefined && isRegionName(region) ? region : undefined,
    serverTime: Number.isNaN(date) ? clock.now() - unknownClockMs : date,
  };
}

/** Whether this is how a portal answers whatever is asked for: with a page, or by leading to one. */
function isPortal(status: number, headers: WireAnswer['headers']): boolean {
  const isPage = /^text\/html|^application\/xhtml/i.test(String(headers['content-type'] ?? ''));
  return status === 302 || status === 303 || (status < 300 && isPage);
}
