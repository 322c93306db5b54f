import { ActionError } from '../errors/error.ts';
import type { DestinationInputs } from '../config/destination.ts';
import type { Clock } from '../http/clock.ts';
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
import { wording } from '../text/wording.ts';

/** The destination folder in a workspace, with a client for its storage. */
export interface Destination {
  readonly client: StorageClient;
  /** What every key below it begins with. Empty, or ending in `/`. */
  readonly base: string;
  /** `s3://bucket/prefix/destination/` */
  readonly s3Uri: string;
  /** A moment before the run, by the storage's clock, in milliseconds since the epoch. */
  readonly serverTime: number;
  /** The same moment as exactly as it is known, within a second. */
  readonly startedAt: number;
  /** Throws an error of the storage with `what` as the beginning of its message. Explained errors and cancellations are thrown unchanged. */
  readonly explain: (what: string) => (error: unknown) => never;
}

/** Opens the workspace and its storage, and logs the account and the destination. */
export async function openDestination(
  inputs: Account & Pick<DestinationInputs, 'workspace' | 'destination' | 'platforms'>,
  { host, terrapi, transport, cancellation, retries }: Connection,
): Promise<Destination> {
  const { signal } = cancellation;
  const account = accountName(terrapi, signal);
  const { workspace, platforms } = inputs;
  const { location, sessions } = await openWorkspace(workspace, platforms, terrapi, transport, host.mask);
  const began = performance.now();
  const clock = transport.clockOf(location.endpoint);
  const retrier = createStorageRetrier(clock, { signal, onRetry: retries.onRetry });
  const clientFor = (region: string) =>
    createStorageClient(location, region, sessions, transport, { retrier });
  const { region, isAssumed, serverTime } = await discoverRegion(location, transport, retrier, () =>
    bucketLocation(clientFor(defaultRegion)),
  );
  // The storage sends its time in whole seconds; within the second, this machine's clock decides.
  const own = clock.now() - (performance.now() - began);
  const startedAt = Math.min(Math.max(own, serverTime), serverTime + 999);
  const { expiresAt } = await sessions.get();
  const base = baseOf(location.prefix, inputs.destination);
  host.log.group(`Who: ${account.known() ?? inputs.clientId}`, accountLines(inputs));
  host.log.group(`Where: ${s3Uri(location, base)}`, [
    `Workspace: ${workspace}`,
    `Endpoint: ${location.endpoint.href}, region ${region}${isAssumed ? ' (assumed: neither the storage nor the workspace names one)' : ''}`,
    sessionLine(expiresAt, clock),
    ...clockLines(clock),
  ]);
  return {
    client: clientFor(region),
    base,
    s3Uri: s3Uri(location, base),
    serverTime,
    startedAt,
    explain: (what) => (error) => {
      throw error instanceof ActionError || signal.aborted
        ? error
        : describeStorageError(what, location, error);
    },
  };
}

function sessionLine(expiresAt: number | undefined, clock: Clock): string {
  return expiresAt === undefined
    ? 'Session: lifetime unknown, renewed automatically'
    : `Session: ${formatDuration((expiresAt - clock.now()) / 1000)}, renewed automatically`;
}

function clockLines({ skewSeconds }: Clock): string[] {
  if (skewSeconds === 0) return [];
  const by = `${Math.abs(skewSeconds)} s ${skewSeconds > 0 ? 'slow' : 'fast'}`;
  return [`Clock: ${wording().machine}'s is ${by}; the server's time is used`];
}

/** Requests the account's name, which only the log shows. The run does not wait for it. */
function accountName(terrapi: Terrapi, signal: AbortSignal): { readonly known: () => string | undefined } {
  const logged = new AbortController();
  let name: string | undefined;
  const how = { signal: AbortSignal.any([signal, logged.signal]), once: true };
  terrapi.accountName(how).then(
    (found) => (name = found),
    () => undefined,
  );
  return {
    known: () => {
      logged.abort();
      return name;
    },
  };
}
