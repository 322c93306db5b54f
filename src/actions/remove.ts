import { ActionError, detailLines } from '../errors.ts';
import { sumsName } from '../files/sums.ts';
import type { Host } from '../hosts/host.ts';
import { type RemoveInputs, readRemoveInputs } from '../inputs.ts';
import { setOutputs } from '../outputs.ts';
import { emptyPages, presentPages } from '../preview/present.ts';
import { printable } from '../printable.ts';
import { count, formatBytes, formatDuration } from '../quantities.ts';
import { noReportIds } from '../report/ids.ts';
import { firstOf } from '../report/log.ts';
import { formatMoment, removalSummary } from '../report/markdown.ts';
import { type RemoteObject, listObjects } from '../storage/listing.ts';
import { sweep } from './cleanup.ts';
import { type Connection, withConnection } from './connection.ts';
import { readInputs } from './credentials.ts';
import { obstacleAbove } from './obstacle.ts';
import { type Destination, openDestination } from './storage.ts';
import { withReports } from './reporting.ts';
import { runStory } from './story.ts';

/** The `remove` action: deletes what is below the destination, all of it or what is older than so long. */
export function run(host: Host): Promise<void> {
  return runStory(host, async (cancellation) => {
    const inputs = readInputs(host, readRemoveInputs);
    if (!inputs) return;
    await withConnection(host, inputs, 8, cancellation, (connection) => remove(inputs, connection));
  });
}

async function remove(inputs: RemoveInputs, connection: Connection): Promise<void> {
  const destination = await openDestination(inputs, connection);
  const { host, client, base, explain, s3Uri } = destination;
  const objects = await listObjects(client, base).catch(
    explain(`What is in ${s3Uri} could not be looked at`),
  );
  const before = inputs.olderThan === undefined ? Infinity : destination.askedAt - inputs.olderThan * 1000;
  const choose = chooser(before, destination);
  const chosen = choose(objects);
  const which = whichWords(inputs, chosen, before);
  await tellChosen(inputs, objects, chosen, which, destination);
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
  host.log.info(`${inputs.dryRun ? 'Dry run: ' : ''}${headline}, in ${s3Uri}`);
  if (inputs.summary) {
    const { workspace } = inputs;
    const gone = inputs.dryRun ? chosen : deleted;
    await host.summary(removalSummary({ headline, workspace, s3Uri, base, objects: gone, which }));
  }
  const ids = await withReports(host, inputs, client.clock, destination.signal, (reports) =>
    // What is younger than `older-than` stays, and with it what is told of it.
    deleted.length === objects.filter(({ key }) => key !== base).length
      ? reports.removed({ headline, s3Uri })
      : Promise.resolve(noReportIds),
  );
  setOutputs(host, { 's3-uri': s3Uri, 'deleted-count': deleted.length, ...ids });
}

/**
 * Which objects have to go: all but the one that stands for the folder itself, which is not below the destination. By age the pages that carry links
 * go with the last of their files, however new they are: renewing makes them anew, and they would lead nowhere.
 */
function chooser(before: number, { base }: Destination) {
  return (objects: readonly RemoteObject[]): readonly RemoteObject[] => {
    const below = objects.filter(({ key }) => key !== base);
    const isOld = ({ lastModified }: RemoteObject) => before === Infinity || lastModified < before;
    const name = ({ key }: RemoteObject) => key.slice(base.length);
    const pages = presentPages(below.map(name));
    const left = below.filter((object) => !isOld(object) && isFile(name(object), pages));
    const empty = new Set(emptyPages(pages, left.map(name)));
    return below.filter((object) => isOld(object) || empty.has(name(object)));
  };
}

function isFile(name: string, pages: ReadonlyMap<string, string>): boolean {
  return !name.endsWith('/') && !pages.has(name) && name.split('/').at(-1) !== sumsName;
}

/** Pages that stay though some of what they list goes. */
function outdatedPages(
  objects: readonly RemoteObject[],
  chosen: readonly RemoteObject[],
  { base }: Destination,
): string[] {
  const names = (those: readonly RemoteObject[]) => those.map(({ key }) => key.slice(base.length));
  const gone = names(chosen);
  const lost = new Set(gone);
  const pages = presentPages(names(objects));
  const untouched = new Set(emptyPages(pages, gone));
  return [...pages.keys()].filter((page) => !lost.has(page) && !untouched.has(page));
}

/** Which of the objects have to go, in words; undefined where it is all of them. */
function whichWords(
  { olderThan }: RemoveInputs,
  chosen: readonly RemoteObject[],
  before: number,
): string | undefined {
  if (olderThan === undefined) return undefined;
  const pages = chosen.filter(({ lastModified }) => lastModified >= before).length;
  const also = `, ${count(pages, 'newer page')} that would lead nowhere among them`;
  return `older than ${formatDuration(olderThan)}${pages > 0 ? also : ''}`;
}

async function tellChosen(
  inputs: RemoveInputs,
  objects: readonly RemoteObject[],
  chosen: readonly RemoteObject[],
  which: string | undefined,
  destination: Destination,
): Promise<void> {
  const { host, base, s3Uri } = destination;
  const bytes = chosen.reduce((sum, { size }) => sum + size, 0);
  const kept = objects.length - chosen.length;
  host.log.group(
    `What: ${count(chosen.length, 'object')}, ${formatBytes(bytes)}${which ? `, ${which}` : ''}`,
    [
      ...firstOf(
        chosen,
        200,
        ({ key, lastModified }) => `${key.slice(base.length)}${storedAt(lastModified)}`,
      ),
      ...(which && kept > 0 ? [`Left alone, as newer: ${count(kept, 'object')}`] : []),
    ],
  );
  const outdated = outdatedPages(objects, chosen, destination);
  if (outdated.length > 0) {
    host.log.notice(
      `Some of what ${firstOf(outdated, 3, String).join(', ')} ${outdated.length === 1 ? 'leads' : 'lead'} to ${inputs.dryRun ? 'would be' : 'is'} deleted: the 'links' action makes such pages anew.`,
    );
  }
  if (objects.length > 0) return;
  const obstacle = await obstacleAbove(destination);
  host.log.notice(
    `There is nothing in ${s3Uri} to delete: it is empty, or was never there. ${obstacle ?? `If something should be there, check 'destination' and 'workspace'.`}`,
  );
}

function storedAt(time: number): string {
  return Number.isFinite(time) ? ` (stored ${formatMoment(time)})` : '';
}
