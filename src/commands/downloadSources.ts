import { ActionError } from '../errors/error.ts';
import type { DownloadInputs, LinksSource } from '../config/download.ts';
import { readNamePatterns } from '../files/namePatterns.ts';
import type { Host } from '../hosts/host.ts';
import type { Transport } from '../http/transport.ts';
import { expiredLinks, isExpiredLink } from '../links/expiredLinks.ts';
import { type LinkList, parseLinkList } from '../links/linkList.ts';
import { readListFile, readListUrl, shownLink } from '../links/linkListSource.ts';
import type { RetryLog } from '../report/retryLog.ts';
import { separateGenerated } from '../storage/folderContents.ts';
import { linkReader } from '../storage/linkReader.ts';
import { listObjects } from '../storage/listing.ts';
import type { ObjectReader } from '../storage/objectReader.ts';
import { createStorageRetrier } from '../storage/s3Error.ts';
import { sessionReader } from '../storage/sessionReader.ts';
import type { Get } from '../sync/downloads.ts';
import { count, formatMoment } from '../text/format.ts';
import { sanitize } from '../text/sanitize.ts';
import { setting } from '../text/wording.ts';
import type { Connection } from './connect.ts';
import { hidingObject } from './hidingObject.ts';
import { openDestination } from './openDestination.ts';
import { readStoredSums } from './storedChecksums.ts';

/** What a download reads. */
export interface DownloadSource {
  readonly gets: readonly Get[];
  readonly reader: ObjectReader;
  /** Lines for the log about what is not downloaded. */
  readonly leftOut: readonly string[];
  /** Explains a failure that is about the source as a whole, e.g. expired links; undefined for any other. */
  readonly explain: (error: unknown, get: Get) => ActionError | undefined;
}

type Choice = Pick<DownloadInputs, 'pattern' | 'verify'>;

/** Lists the folder of the workspace. Generated objects are not its files. */
export async function workspaceSource(
  inputs: DownloadInputs,
  connection: Connection,
): Promise<DownloadSource> {
  const { host, cancellation } = connection;
  const destination = await openDestination(inputs, connection);
  const { client, base, s3Uri, explain } = destination;
  const { files, generated } = await listObjects(client, base)
    .then((objects) => separateGenerated(client, base, objects))
    .catch(explain(`Objects in ${s3Uri} could not be listed`));
  if (files.length === 0) {
    const hiding = await hidingObject(destination);
    throw noFiles(
      sanitize(s3Uri),
      hiding === undefined
        ? `Check ${setting('destination')} and ${setting('workspace')}: use the values of the upload, whose log and output 's3-uri' name the folder. The files may have been removed since.`
        : `${hiding} Choose another ${setting('destination')}.`,
    );
  }
  const reader = sessionReader(client);
  const stored = new Map(files.map((object) => [object.key, object]));
  const etagOf = (name: string) => stored.get(`${base}${name}`)?.etag;
  const modifiedOf = (name: string) => stored.get(`${base}${name}`)?.lastModified ?? NaN;
  const place = { base, reader, signal: cancellation.signal };
  const sums = inputs.verify
    ? await readStoredSums(host.log, { generated, etagOf, modifiedOf }, place).catch(
        explain(`The checksums in ${s3Uri} could not be read`),
      )
    : undefined;
  const all = files.map((object) => {
    const name = object.key.slice(base.length);
    const { size, etag, key: source } = object;
    return { name, size, etag, sha256: sums?.get(name), source };
  });
  const chosen = choose(host, all, inputs, sanitize(s3Uri));
  const pages =
    generated.size > 0 ? [`Not downloaded, because generated: ${[...generated.keys()].join(', ')}`] : [];
  return { ...chosen, reader, leftOut: [...chosen.leftOut, ...pages], explain: () => undefined };
}

export interface LinksTools {
  readonly host: Host;
  readonly transport: Transport;
  readonly retries: RetryLog;
  readonly signal: AbortSignal;
}

/**
 * Reads a list of links.
 * @throws ActionError `links-expired` before the first request to a link
 */
export async function linksSource(
  from: LinksSource,
  inputs: Choice & Pick<DownloadInputs, 'plainHttp'>,
  { host, transport, retries, signal }: LinksTools,
): Promise<DownloadSource> {
  const { onRetry } = retries;
  const where = from.kind === 'file' ? from.path : shownLink(from.url);
  const text =
    from.kind === 'file'
      ? await readListFile(from.path)
      : await readListUrl(from.url, transport, { signal, onRetry });
  const list = parseLinkList(text, { where, plainHttp: inputs.plainHttp });
  logList(host, list, where);
  const [first] = list.files;
  if (first === undefined) throw noFiles(sanitize(where), `Ask for a list that has files.`);
  const nowAt = (link: string) => transport.clockOf(new URL(link)).now();
  const { expiresAt } = list;
  const now = nowAt(first.source);
  if (expiresAt !== undefined && expiresAt <= now) throw expiredLinks(where, expiresAt, now);
  return {
    ...choose(host, list.files, inputs, sanitize(where)),
    reader: linkReader(transport, {
      retrierOf: (origin) => createStorageRetrier(transport.clockOf(new URL(origin)), { signal, onRetry }),
    }),
    explain: (error, { source }) =>
      isExpiredLink(error, source, nowAt(source))
        ? expiredLinks(where, expiresAt, nowAt(source), error)
        : undefined,
  };
}

function logList(
  { log }: Pick<Host, 'log'>,
  { kind, workspace, destination, expiresAt, files }: LinkList,
  where: string,
): void {
  log.group(`From: ${where}`, [
    `A list of links (${kind}) to ${count(files.length, 'file')}`,
    ...(workspace === '' ? [] : [`Workspace: ${workspace}`]),
    ...(destination === '' ? [] : [`Destination: ${destination}`]),
    expiresAt === undefined
      ? 'The links expire at an unknown time'
      : `The links expire at ${formatMoment(expiresAt)}`,
  ]);
}

/** Chooses the files by the input `pattern`, and warns about lines without effect. */
function choose(
  { log }: Pick<Host, 'log'>,
  all: readonly Get[],
  { pattern }: Pick<Choice, 'pattern'>,
  where: string,
): Pick<DownloadSource, 'gets' | 'leftOut'> {
  const { includes, unmatched } = readNamePatterns(pattern);
  const gets = all.filter(({ name }) => includes(name));
  if (gets.length === 0)
    throw noFiles(
      where,
      `It has ${count(all.length, 'file')}, but ${setting('pattern')} matches none. Globs are relative to the folder; '**/*.html' matches at any depth.`,
      ' that the pattern matches',
    );
  for (const line of unmatched().slice(0, 5))
    log.warning(
      'unmatched-pattern',
      `The line '${sanitize(line)}' of ${setting('pattern')} matches no file.`,
    );
  const left = all.length - gets.length;
  return { gets, leftOut: left > 0 ? [`Left out by ${setting('pattern')}: ${count(left, 'file')}`] : [] };
}

function noFiles(where: string, hint: string, which = ''): ActionError {
  return new ActionError('no-files-to-download', `There is no file in ${where}${which} to download`, {
    hint,
  });
}
