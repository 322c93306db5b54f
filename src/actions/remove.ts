import * as core from '@actions/core';

import { ActionError, detailLines } from '../errors.ts';
import { type RemoveInputs, readRemoveInputs } from '../inputs.ts';
import { setOutputs } from '../outputs.ts';
import { printable } from '../printable.ts';
import { count, formatBytes, formatDuration } from '../quantities.ts';
import { noReportIds } from '../report/ids.ts';
import { firstOf, logGroup } from '../report/log.ts';
import { formatMoment, removalSummary } from '../report/markdown.ts';
import { writeSummary } from '../report/summary.ts';
import { type RemoteObject, listObjects } from '../storage/listing.ts';
import { sweep } from './cleanup.ts';
import { type Connection, withConnection } from './connection.ts';
import { readInputs } from './credentials.ts';
import { obstacleAbove } from './obstacle.ts';
import { type Destination, openDestination } from './storage.ts';
import { withReports } from './reporting.ts';
import { runStory } from './story.ts';

/** The `remove` action: deletes what is below the destination, all of it or what is older than so long. */
export function run(): Promise<void> {
  return runStory(async (signal) => {
    const inputs = readInputs(readRemoveInputs);
    if (!inputs) return;
    await withConnection(inputs, 8, (connection) => remove(inputs, connection, signal));
  });
}

async function remove(inputs: RemoveInputs, connection: Connection, signal: AbortSignal): Promise<void> {
  const destination = await openDestination(inputs, connection, signal);
  const { client, base, persist, explain, s3Uri } = destination;
  const objects = await listObjects(client, base, persist).catch(
    explain(`What is in ${s3Uri} could not be looked at`),
  );
  const choose = chooser(inputs, destination);
  const chosen = choose(objects);
  await tellChosen(inputs, objects, chosen, destination);
  const { deleted, failures } =
    inputs.dryRun || chosen.length === 0
      ? { deleted: [], failures: [] }
      : await sweep(destination, choose, objects).catch(explain(`What is in ${s3Uri} could not be deleted`));
  if (failures.length > 0) {
    throw new ActionError(
      'storage',
      `${count(failures.length, 'object')} of ${chosen.length} in ${printable(s3Uri)} could not be deleted`,
      {
        hint: `See whether the client app may delete in this workspace; ${count(deleted.length, 'object was', 'objects were')} deleted.`,
        details: detailLines(failures),
      },
    );
  }
  const headline = inputs.dryRun
    ? `Would delete ${count(chosen.length, 'object')}`
    : `Deleted ${count(deleted.length, 'object')}`;
  core.info(printable(`${inputs.dryRun ? 'Dry run: ' : ''}${headline}, in ${s3Uri}`));
  if (inputs.summary) {
    const { workspace } = inputs;
    const gone = inputs.dryRun ? chosen : deleted;
    await writeSummary(
      removalSummary({ headline, workspace, s3Uri, base, objects: gone, older: olderWords(inputs) }),
    );
  }
  const ids = await withReports(inputs, client.clock, destination.signal, (reports) =>
    // What is younger than `older-than` stays, and with it what is told of it.
    deleted.length === objects.filter(({ key }) => key !== base).length
      ? reports.removed({ headline, s3Uri })
      : Promise.resolve(noReportIds),
  );
  setOutputs({ 's3-uri': s3Uri, 'deleted-count': deleted.length, ...ids });
}

/** Which objects have to go. The object that stands for the folder itself stays: it is not below the destination. */
function chooser({ olderThan }: RemoveInputs, { base, askedAt }: Destination) {
  const before = olderThan === undefined ? undefined : askedAt - olderThan * 1000;
  return (objects: readonly RemoteObject[]): readonly RemoteObject[] =>
    objects.filter(
      ({ key, lastModified }) => key !== base && (before === undefined || lastModified < before),
    );
}

function olderWords({ olderThan }: RemoveInputs): string | undefined {
  return olderThan === undefined ? undefined : `older than ${formatDuration(olderThan)}`;
}

async function tellChosen(
  inputs: RemoveInputs,
  objects: readonly RemoteObject[],
  chosen: readonly RemoteObject[],
  destination: Destination,
): Promise<void> {
  const { base, s3Uri } = destination;
  const older = olderWords(inputs);
  const bytes = chosen.reduce((sum, { size }) => sum + size, 0);
  const kept = objects.length - chosen.length;
  logGroup(`What: ${count(chosen.length, 'object')}, ${formatBytes(bytes)}${older ? `, ${older}` : ''}`, [
    ...firstOf(chosen, 200, ({ key, lastModified }) => `${key.slice(base.length)}${storedAt(lastModified)}`),
    ...(older && kept > 0 ? [`Not ${older}, and left alone: ${count(kept, 'object')}`] : []),
  ]);
  if (objects.length > 0) return;
  const obstacle = await obstacleAbove(destination);
  core.notice(
    printable(
      `There is nothing in ${s3Uri} to delete: it is empty, or was never there. ${obstacle ?? `If something should be there, check 'destination' and 'workspace'.`}`,
    ),
  );
}

function storedAt(time: number): string {
  return Number.isFinite(time) ? ` (stored ${formatMoment(time)})` : '';
}
