import { ActionError } from '../errors/error.ts';
import type { DestinationInputs } from '../config/destination.ts';
import { baseOf } from '../sync/plan.ts';
import { formatDuration } from '../text/format.ts';
import { s3Uri } from '../storage/uri.ts';
import { bucketLocation, defaultRegion } from '../storage/bucket.ts';
import { type StorageClient, createStorageClient } from '../storage/client.ts';
import { createStorageRetrier } from '../storage/s3Error.ts';
import { discoverRegion } from '../storage/region.ts';
import { describeStorageError } from '../storage/errorDescription.ts';
import type { Terrapi } from '../terrapi/terrapi.ts';
import { openWorkspace } from '../terrapi/workspace.ts';
import { type Account, type Connection, accountLines } from './connect.ts';

/** A destination in a workspace, ready to be worked on. */
export interface Destination {
  readonly client: StorageClient;
  /** What every key below it begins with: empty, or ending in `/`. */
  readonly base: string;
  /** `s3://bucket/prefix/destination/` */
  readonly s3Uri: string;
  /** A moment not later than now by the storage's own clock, in milliseconds since the epoch. */
  readonly serverTime: number;
  /** That moment as closely as it can be told, within a second. */
  readonly startedAt: number;
  /** Throws what went wrong at the storage in words for people; what was explained already, and the end that the runner asked for, as it is. */
  readonly explain: (what: string) => (error: unknown) => never;
}

/** Finds out who the client app is and where its files are, and tells both. */
export async function openDestination(
  inputs: Account & Pick<DestinationInputs, 'workspace' | 'destination' | 'platforms'>,
  { host, terrapi, transport, cancellation, retries }: Connection,
): Promise<Destination> {
  const { signal } = cancellation;
  const account = accountName(terrapi, signal);
  const { location, sessions } = await openWorkspace(
    inputs.workspace,
    inputs.platforms,
    terrapi,
    transport,
    host.mask,
  );
  const began = performance.now();
  const clock = transport.clockOf(location.endpoint);
  const retrier = createStorageRetrier(clock, { signal, onRetry: retries.onRetry });
  const clientFor = (region: string) =>
    createStorageClient(location, region, sessions, transport, { retrier });
  const { region, isAssumed, serverTime } = await discoverRegion(location, transport, retrier, () =>
    bucketLocation(clientFor(defaultRegion)),
  );
  // The storage tells its time in whole seconds; within that second, this machine's clock decides.
  const own = clock.now() - (performance.now() - began);
  const startedAt = Math.min(Math.max(own, serverTime), serverTime + 999);
  const { expiresAt } = await sessions.get();
  const base = baseOf(location.prefix, inputs.destination);
  host.log.group(`Who: ${account.known() ?? inputs.clientId}`, accountLines(inputs));
  host.log.group(`Where: ${s3Uri(location, base)}`, [
    `Workspace: ${inputs.workspace}`,
    `Endpoint: ${location.endpoint.href}, region ${region}${isAssumed ? ' (assumed, since neither the storage nor the workspace names one)' : ''}`,
    expiresAt === undefined
      ? 'The storage session does not say when it ends'
      : `The storage session ends in ${formatDuration((expiresAt - clock.now()) / 1000)}, and is renewed when it has to be`,
    ...(clock.skewSeconds === 0
      ? []
      : [
          `This runner's clock is ${Math.abs(clock.skewSeconds)} s ${clock.skewSeconds > 0 ? 'behind' : 'ahead'}: the servers' time is used`,
        ]),
  ]);
  return {
    client: clientFor(region),
    base,
    s3Uri: s3Uri(location, base),
    serverTime,
    startedAt,
    explain: (what) => (error) => {
      if (error instanceof ActionError || signal.aborted) throw error;
      throw describeStorageError(what, location, error);
    },
  };
}

/** The account's name is for the log alone: it is asked for on the side, and whatever has not come by then is done without. */
function accountName(terrapi: Terrapi, signal: AbortSignal): { readonly known: () => string | undefined } {
  const enough = new AbortController();
  let name: string | undefined;
  const how = { signal: AbortSignal.any([signal, enough.signal]), once: true };
  terrapi.accountName(how).then(
    (found) => (name = found),
    () => undefined,
  );
  return {
    known: () => {
      enough.abort();
      return name;
    },
  };
}
