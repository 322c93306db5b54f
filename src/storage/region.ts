import { request } from 'undici';

import { ActionError, actionErrorIn } from '../errors.ts';
import { connectionFailure, isNetworkError, mayPass } from '../failures.ts';
import { type RetryPolicy, retry } from '../retry.ts';
import type { Transport } from '../http/transport.ts';
import type { Location } from '../workspace.ts';

const policy: RetryPolicy = { tries: 3, baseMs: 300, maxMs: 2_000, budgetMs: 3_000 };

export interface Discovery {
  readonly region: string;
  /** A moment not later than now by the storage's own clock, in milliseconds since the epoch: nothing written from now on is older. */
  readonly askedAt: number;
}

/** How far the clock may be off where the storage does not tell the time. */
const unknownClockMs = 10_000;

/**
 * Finds the region to sign for. The workspace seldom names one, and a signature or a link for the wrong one is worth nothing; so the
 * server is asked: an unsigned HEAD of the bucket is refused with the region in `x-amz-bucket-region` (S3 API, HeadBucket), on AWS, Ceph
 * and MinIO alike. The answer also sets the clock. Where the server does not say, the platform's word counts, and then a signed request.
 * @param ask the signed request, for servers that answer nothing to an unsigned one
 * @throws ActionError `unreachable`, `untrusted-certificate`, or `region` when nobody names one
 */
export async function discoverRegion(
  location: Location,
  transport: Transport,
  ask: () => Promise<string>,
): Promise<Discovery> {
  const url = new URL(`${location.endpoint.href.replace(/\/+$/, '')}/${location.bucket}`);
  try {
    const said = await retry(
      () => askForRegion(url, transport),
      (error) => (mayPass(error) ? 'retry' : 'fail'),
      policy,
    );
    return { region: said.region ?? location.region ?? (await ask()), askedAt: said.askedAt };
  } catch (error) {
    const known = actionErrorIn(error);
    if (known) throw known;
    if (isNetworkError(error)) {
      throw connectionFailure(
        'Storage',
        location.endpoint,
        `the workspace's endpoint with those who run the platform`,
        error,
      );
    }
    throw new ActionError(
      'region',
      `Storage ${location.endpoint.origin} does not say which region bucket '${location.bucket}' is in`,
      {
        hint: `Ask those who run the platform to set the property 'region' of the workspace.`,
        cause: error,
      },
    );
  }
}

async function askForRegion(
  url: URL,
  { dispatcher, clock }: Transport,
): Promise<{ region: string | undefined; askedAt: number }> {
  const started = performance.now();
  const { headers, body } = await request(url, { method: 'HEAD', dispatcher, headersTimeout: 8_000 });
  await body.dump();
  clock.observe(headers['date']?.toString(), performance.now() - started);
  const date = Date.parse(headers['date']?.toString() ?? '');
  return {
    region: headers['x-amz-bucket-region']?.toString(),
    askedAt: Number.isNaN(date) ? clock.now() - unknownClockMs : date,
  };
}
