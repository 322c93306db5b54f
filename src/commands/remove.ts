import type { FolderRanking } from '../sync/keptFolders.ts';
import { type RemovalChoice, isOlder, outdatedPages } from '../sync/removal.ts';
import { ActionError, detailLines } from '../errors/error.ts';
import type { Host, Log } from '../hosts/host.ts';
import { type RemoveInputs, readRemoveInputs } from '../config/remove.ts';
import { noReportIds, setOutputs } from '../config/outputs.ts';
import { sanitize } from '../text/sanitize.ts';
import { count, formatBytes, formatDuration, formatMoment } from '../text/format.ts';
import { firstOf } from '../report/log.ts';
import { removalSummary } from '../report/summary.ts';
import { titleOf } from '../report/title.ts';
import { listObjects } from '../storage/listing.ts';
import type { RemoteObject } from '../sync/remoteObject.ts';
import type { Cancellation } from './cancellation.ts';
import { type Deletion, deleteUntilGone } from './deleteUntilGone.ts';
import { type Connection, withConnection } from './connect.ts';
import { readInputs } from './readInputs.ts';
import { type Choose, chooserFor } from './removalChooser.ts';
import { hidingObject } from './hidingObject.ts';
import { type Destination, openDestination } from './openDestination.ts';
import { type RunReports, withReports } from './withReports.ts';
import { runCommand } from './runCommand.ts';
import { setting, wording } from '../text/wording.ts';

/** The `remove` action: deletes what is below the destination, or only what `older-than` and `keep-last` choose. */
export function run(host: Host): Promise<void> {
  return runCommand(host, async (cancellation) => {
    const inputs = readInputs(host, readRemoveInputs);
    if (!inputs) return;
    await withReports(host, inputs, { step: 'removal', signal: cancellation.signal }, (reports) =>
      withConnection({ host, inputs, connections: 8, cancellation }, (connection) =>
        remove(inputs, connection, reports),
      ),
    );
  });
}

async function remove(inputs: RemoveInputs, connection: Connection, runReports: RunReports): Promise<void> {
  const { host, cancellation } = connection;
  const { dryRun, olderThan, keepLast } = inputs;
  const destination = await openDestination(inputs, connection);
  const { client, base, explain, s3Uri } = destination;
  const before = olderThan === undefined ? undefined : destination.serverTime - olderThan * 1000;
  const { choose, fileCount, folders } = chooserFor({ before, keepLast }, destination);
  const unlisted = explain(`Objects in ${s3Uri} could not be listed`);
  const objects = await listObjects(client, base).catch(unlisted);
  const first = await choose(objects).catch(unlisted);
  const ranking = folders();
  const which = ranking
    ? `of ${count(ranking.removed.length, 'folder')} (${ranking.kept.length} kept)`
    : before === undefined
      ? undefined
      : whichWords(olderThan ?? 0, first.chosen, before);
  logChoice(host.log, first, which, base, keptLines(ranking, objects.length - first.chosen.length, which));
  noticeOutdatedPages(host.log, first, base, dryRun);
  if (objects.length === 0) await noticeNothing(host.log, destination);
  const { deletion, last } =
    dryRun || first.chosen.length === 0
      ? { deletion: { deleted: [], failures: [], left: objects }, last: first }
      : await deleteChosen(destination, cancellation.done, choose, { objects, choice: first });
  if (!deletion.left) throw undeleted(deletion, first.chosen.length, s3Uri);
  noticeFresh(host.log, last, base);
  const gone = dryRun ? first.chosen : deletion.deleted;
  const headline = `${dryRun ? 'Would remove' : 'Removed'} ${count(fileCount(gone), 'file')}`;
  host.log.info(
    `${dryRun ? 'Dry run: would remove' : 'Removed'} ${count(fileCount(gone), 'file')} (${count(gone.length, 'object')}) in ${s3Uri}`,
  );
  if (inputs.summary) {
    const title = titleOf(inputs, host.run);
    await host.summary(removalSummary({ title, headline, s3Uri, base, objects: gone, which }));
  }
  const isEmpty = deletion.left.every(({ key }) => key === base);
  const reports = await runReports.open(client.clock);
  // While files are left, the comment and the deployment keep what they say.
  const ids = isEmpty ? await reports.showRemoval({ headline, s3Uri }) : noReportIds;
  runReports.settle();
  setOutputs(host, { 's3-uri': s3Uri, 'deleted-count': deletion.deleted.length, ...ids });
}

/**
 * Deletes the chosen objects.
 * @param start the first listing, and the choice from it
 * @returns the choice from the last listing as well
 */
async function deleteChosen(
  destination: Destination,
  done: Cancellation['done'],
  choose: Choose,
  start: { readonly objects: readonly RemoteObject[]; readonly choice: RemovalChoice },
): Promise<{ readonly deletion: Deletion; readonly last: RemovalChoice }> {
  let last = start.choice;
  const next = async (objects: readonly RemoteObject[]) => {
    if (objects !== start.objects) last = await choose(objects);
    return last.chosen;
  };
  const deletion = await deleteUntilGone(destination, done, next, start.objects).catch(
    destination.explain(`Objects in ${destination.s3Uri} could not be deleted`),
  );
  return { deletion, last };
}

function undeleted({ deleted, failures }: Deletion, chosen: number, s3Uri: string): ActionError {
  const all = Math.max(chosen, deleted.length + failures.length);
  return new ActionError(
    'delete-failed',
    `${count(failures.length, 'object')} of ${all} in ${sanitize(s3Uri)} could not be deleted`,
    {
      hint: `Check whether the client app may delete in this workspace; ${count(deleted.length, 'object was', 'objects were')} deleted.`,
      details: detailLines(failures),
    },
  );
}

/** Logs a notice about objects that stay because they were written while this step ran. */
function noticeFresh(log: Log, { fresh }: RemovalChoice, base: string): void {
  if (fresh.length === 0) return;
  const names = firstOf(fresh, 3, ({ key }) => key.slice(base.length)).join(', ');
  log.notice(
    `Not deleted: ${count(fresh.length, 'object')} written after ${wording().step} began (${names}). Another job may be uploading to this destination: run ${wording().step} again after that job.`,
  );
}

/** Which objects are deleted, in words. */
function whichWords(olderThan: number, chosen: readonly RemoteObject[], before: number): string {
  const pages = chosen.filter((object) => !isOlder(object, before)).length;
  const also = `, and ${count(pages, 'newer page')} without files`;
  return `older than ${formatDuration(olderThan)}${pages > 0 ? also : ''}`;
}

function logChoice(
  log: Log,
  { chosen }: RemovalChoice,
  which: string | undefined,
  base: string,
  kept: readonly string[],
): void {
  const bytes = chosen.reduce((sum, { size }) => sum + size, 0);
  const title = `What: ${count(chosen.length, 'object')}, ${formatBytes(bytes)}${which ? `, ${which}` : ''}`;
  const lines = [
    ...firstOf(chosen, 200, ({ key, lastModified }) => `${key.slice(base.length)}${storedAt(lastModified)}`),
    ...kept,
  ];
  if (lines.length > 0) log.group(title, lines);
  else log.info(title);
}

/** @param kept number of objects that stay */
function keptLines(ranking: FolderRanking | undefined, kept: number, which: string | undefined): string[] {
  if (!ranking) return which && kept > 0 ? [`Kept, because newer: ${count(kept, 'object')}`] : [];
  const names = firstOf(ranking.kept, 50, String).join(', ');
  return ranking.kept.length > 0 ? [`Kept folders, newest first: ${names}`] : [];
}

function noticeOutdatedPages(log: Log, choice: RemovalChoice, base: string, dryRun: boolean): void {
  const outdated = outdatedPages(choice, base);
  if (outdated.length === 0) return;
  log.notice(
    `${firstOf(outdated, 3, String).join(', ')} ${dryRun ? 'would list' : outdated.length === 1 ? 'lists' : 'list'} files that are deleted: run ${wording().action('links')} to write ${outdated.length === 1 ? 'the page' : 'the pages'} again.`,
  );
}

async function noticeNothing(log: Log, destination: Destination): Promise<void> {
  const hiding = await hidingObject(destination);
  log.notice(
    `There is nothing in ${destination.s3Uri} to delete. ${hiding ?? `If there should be files, check ${setting('destination')} and ${setting('workspace')}.`}`,
  );
}

function storedAt(time: number): string {
  return Number.isFinite(time) ? ` (stored ${formatMoment(time)})` : '';
}
