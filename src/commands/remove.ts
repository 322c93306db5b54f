import { existingAt } from '../sync/diff.ts';
import { ActionError, detailLines } from '../errors/error.ts';
import type { Host, Log } from '../hosts/host.ts';
import { type RemoveInputs, readRemoveInputs } from '../config/remove.ts';
import { noReportIds, setOutputs } from '../config/outputs.ts';
import { separateGenerated } from '../preview/folderContents.ts';
import { pagesWithoutFiles, detectPages } from '../sync/pageNames.ts';
import { sanitize } from '../text/sanitize.ts';
import { count, formatBytes, formatDuration, formatMoment } from '../text/format.ts';
import { firstOf } from '../report/log.ts';
import { removalSummary } from '../report/markdown.ts';
import { listObjects } from '../storage/listing.ts';
import type { RemoteObject } from '../sync/object.ts';
import { deleteUntilGone } from './prune.ts';
import { type Connection, withConnection } from './connect.ts';
import { readInputs } from './inputs.ts';
import { existingObjectAt } from './existingObject.ts';
import { type Destination, openDestination } from './destination.ts';
import { withReports } from './reports.ts';
import { runCommand } from './run.ts';

/** The `remove` action: deletes what is below the destination, all of it or what is older than so long. */
export function run(host: Host): Promise<void> {
  return runCommand(host, async (cancellation) => {
    const inputs = readInputs(host, readRemoveInputs);
    if (!inputs) return;
    await withConnection(host, inputs, 8, cancellation, (connection) => remove(inputs, connection));
  });
}

async function remove(inputs: RemoveInputs, connection: Connection): Promise<void> {
  const { host, cancellation } = connection;
  const destination = await openDestination(inputs, connection);
  const { client, base, explain, s3Uri } = destination;
  const objects = await listObjects(client, base).catch(
    explain(`What is in ${s3Uri} could not be looked at`),
  );
  const before =
    inputs.olderThan === undefined ? undefined : destination.serverTime - inputs.olderThan * 1000;
  const choose = chooser(before, destination);
  const first = await choose(objects).catch(explain(`What is in ${s3Uri} could not be looked at`));
  const { chosen } = first;
  const which = whichWords(inputs, chosen, before ?? Infinity);
  logChosen(host.log, objects, first, which, base);
  warnOfOutdatedPages(host.log, first, base, inputs.dryRun);
  if (objects.length === 0) await noticeNothing(host.log, destination);
  let last = first;
  const next = async (those: readonly RemoteObject[]) => {
    if (those !== objects) last = await choose(those);
    return last.chosen;
  };
  const { deleted, failures, left } =
    inputs.dryRun || chosen.length === 0
      ? { deleted: [], failures: [], left: objects }
      : await deleteUntilGone(destination, cancellation.done, next, objects).catch(
          explain(`What is in ${s3Uri} could not be deleted`),
        );
  if (!left) throw undeleted(deleted, failures, chosen, s3Uri);
  noticeFresh(host.log, last, base);
  const headline = inputs.dryRun
    ? `Would delete ${count(chosen.length, 'object')}`
    : `Deleted ${count(deleted.length, 'object')}`;
  host.log.info(`${inputs.dryRun ? 'Dry run: ' : ''}${headline}, in ${s3Uri}`);
  if (inputs.summary) {
    const { workspace } = inputs;
    const gone = inputs.dryRun ? chosen : deleted;
    await host.summary(removalSummary({ headline, workspace, s3Uri, base, objects: gone, which }));
  }
  const ids = await withReports(host, inputs, client.clock, cancellation.signal, (reports) =>
    // What is told of files stays as long as any of them does.
    left.every(({ key }) => key === base)
      ? reports.removed({ headline, s3Uri })
      : Promise.resolve(noReportIds),
  );
  setOutputs(host, { 's3-uri': s3Uri, 'deleted-count': deleted.length, ...ids });
}

function undeleted(
  deleted: readonly RemoteObject[],
  failures: readonly string[],
  chosen: readonly RemoteObject[],
  s3Uri: string,
): ActionError {
  const all = Math.max(chosen.length, deleted.length + failures.length);
  return new ActionError(
    'delete-failed',
    `${count(failures.length, 'object')} of ${all} in ${sanitize(s3Uri)} could not be deleted`,
    {
      hint: `See whether the client app may delete in this workspace; ${count(deleted.length, 'object was', 'objects were')} deleted.`,
      details: detailLines(failures),
    },
  );
}

interface Choice {
  /** What has to go. */
  readonly chosen: readonly RemoteObject[];
  /** What was written after this step began. */
  readonly fresh: readonly RemoteObject[];
  /** Generated pages that stay: names relative to the destination. */
  readonly pages: readonly string[];
}

/**
 * Which objects have to go: all that were there before this step began, but the one that stands for the folder itself, which is not below the
 * destination. What is written meanwhile belongs to somebody who publishes. By age what was generated goes with the last of its files, however
 * new it is: renewing makes it anew, and it would lead nowhere.
 * @param before milliseconds since the epoch: what is older goes; undefined for all
 */
function chooser(
  before: number | undefined,
  { client, base, startedAt }: Pick<Destination, 'client' | 'base' | 'startedAt'>,
) {
  const wasThere = existingAt(startedAt);
  return async (objects: readonly RemoteObject[]): Promise<Choice> => {
    const below = objects.filter(({ key }) => key !== base);
    const there = wasThere(below);
    const old = new Set(there);
    const fresh = below.filter((object) => !old.has(object));
    if (before === undefined) return { chosen: there, fresh, pages: [] };
    const isOld = ({ lastModified }: RemoteObject) => lastModified < before;
    const young = below.filter((object) => !isOld(object));
    const { files, generated } = await separateGenerated(client, base, young);
    const name = ({ key }: RemoteObject) => key.slice(base.length);
    const empty = new Set(pagesWithoutFiles(generated.keys(), files.map(name)));
    const chosen = there.filter((object) => isOld(object) || empty.has(name(object)));
    const lost = new Set(chosen.map(name));
    const pages = [...detectPages(generated.keys()).keys()].filter((page) => !lost.has(page));
    return { chosen, fresh, pages };
  };
}

/** Pages that stay though some of what they list goes. */
function outdatedPages({ chosen, pages }: Choice, base: string): string[] {
  const untouched = new Set(
    pagesWithoutFiles(
      pages,
      chosen.map(({ key }) => key.slice(base.length)),
    ),
  );
  return pages.filter((page) => !untouched.has(page));
}

/** Says what is left alone since somebody has written it while this step was at work. */
function noticeFresh(log: Log, { fresh }: Choice, base: string): void {
  if (fresh.length === 0) return;
  const names = firstOf(fresh, 3, ({ key }) => key.slice(base.length)).join(', ');
  log.notice(
    `Left alone, as written after this step began: ${count(fresh.length, 'object')} (${names}). Another job may be uploading to this destination: run this step again when it has ended.`,
  );
}

/** Which of the objects have to go, in words; undefined where it is all of them. */
function whichWords(
  { olderThan }: Pick<RemoveInputs, 'olderThan'>,
  chosen: readonly RemoteObject[],
  before: number,
): string | undefined {
  if (olderThan === undefined) return undefined;
  const pages = chosen.filter(({ lastModified }) => lastModified >= before).length;
  const also = `, ${count(pages, 'newer page')} that would lead nowhere among them`;
  return `older than ${formatDuration(olderThan)}${pages > 0 ? also : ''}`;
}

function logChosen(
  log: Log,
  objects: readonly RemoteObject[],
  { chosen }: Choice,
  which: string | undefined,
  base: string,
): void {
  const bytes = chosen.reduce((sum, { size }) => sum + size, 0);
  const kept = objects.length - chosen.length;
  log.group(`What: ${count(chosen.length, 'object')}, ${formatBytes(bytes)}${which ? `, ${which}` : ''}`, [
    ...firstOf(chosen, 200, ({ key, lastModified }) => `${key.slice(base.length)}${storedAt(lastModified)}`),
    ...(which && kept > 0 ? [`Left alone, as newer: ${count(kept, 'object')}`] : []),
  ]);
}

function warnOfOutdatedPages(log: Log, choice: Choice, base: string, dryRun: boolean): void {
  const outdated = outdatedPages(choice, base);
  if (outdated.length === 0) return;
  log.notice(
    `Some of what ${firstOf(outdated, 3, String).join(', ')} ${outdated.length === 1 ? 'leads' : 'lead'} to ${dryRun ? 'would be' : 'is'} deleted: the 'links' action makes such pages anew.`,
  );
}

async function noticeNothing(log: Log, destination: Destination): Promise<void> {
  const { s3Uri } = destination;
  const obstacle = await existingObjectAt(destination);
  log.notice(
    `There is nothing in ${s3Uri} to delete: it is empty, or was never there. ${obstacle ?? `If something should be there, check 'destination' and 'workspace'.`}`,
  );
}

function storedAt(time: number): string {
  return Number.isFinite(time) ? ` (stored ${formatMoment(time)})` : '';
}
