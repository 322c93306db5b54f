import type { Warning } from '../errors/codes.ts';
import { ActionError } from '../errors/error.ts';
import type { Selection } from '../files/selection.ts';
import type { Host, Log } from '../hosts/host.ts';
import { unmatchedRules } from '../files/headers.ts';
import { type UploadInputs, readUploadInputs } from '../config/upload.ts';
import type { Page } from '../links/generated.ts';
import type { Manifest } from '../links/manifest.ts';
import { setOutputs } from '../config/outputs.ts';
import { type Plan, type Put, planUpload } from '../sync/plan.ts';
import type { PreviewNames } from '../preview/previewNames.ts';
import { sanitize } from '../text/sanitize.ts';
import { count, formatBytes } from '../text/format.ts';
import { headline } from '../report/headline.ts';
import { firstOf } from '../report/log.ts';
import type { Reports } from '../report/reports.ts';
import type { Location } from '../terrapi/location.ts';
import { storageTrouble } from '../storage/errorDescription.ts';
import { defaultConcurrency, defaultBufferBytes } from '../transfer/resourceLimits.ts';
import type { Hasher } from '../transfer/hasher.ts';
import { createBufferPool } from '../transfer/bufferPool.ts';
import { deleteStale, keptKeys } from './prune.ts';
import { type ComparedPlan, comparePlan, openReader, readsContents } from './compare.ts';
import { type Connection, withConnection } from './connect.ts';
import { wantsPreview } from './autoPreview.ts';
import { linkMaker } from './createLinks.ts';
import { readInputs } from './inputs.ts';
import { publish } from './publish.ts';
import { warnOfFork } from './forks.ts';
import { type PageNames, pageKeys, pageNames, pagesFor } from './pages.ts';
import { attempt, publishedOutputs, logAndSummarize } from './publication.ts';
import { dryRun } from './dryRun.ts';
import { withReports } from './reports.ts';
import { leftOut, reportNoFiles, selectUpload } from './select.ts';
import { uploadFiles } from './uploadFiles.ts';
import { logSharingDryRun, shareFolder } from './share.ts';
import { type Destination, openDestination } from './destination.ts';
import { runCommand } from './run.ts';

/** The root action: uploads files to a workspace and hands back links. */
export function run(host: Host): Promise<void> {
  return runCommand(host, async (cancellation) => {
    const inputs = readInputs(host, readUploadInputs);
    if (!inputs) return;
    const reader = openReader(inputs, cancellation.signal);
    try {
      const selection = selectUpload(host, inputs, readsContents(inputs) ? reader.prefetch : () => undefined);
      if (selection.files.length === 0) {
        reportNoFiles(host, inputs, selection);
        return;
      }
      // Where the links file cannot be written, nothing is to be uploaded.
      if (!inputs.dryRun) host.tempDir();
      const concurrency = inputs.concurrency ?? defaultConcurrency();
      await withConnection(host, inputs, concurrency, cancellation, (connection) =>
        upload(inputs, selection, { concurrency, reader }, connection),
      );
    } finally {
      await reader.close();
    }
  });
}

interface UploadTools {
  readonly concurrency: number;
  readonly reader: Hasher;
}

async function upload(
  inputs: UploadInputs,
  selection: Selection,
  { concurrency, reader }: UploadTools,
  connection: Connection,
): Promise<void> {
  const { host, cancellation, retries } = connection;
  const destination = await openDestination(inputs, connection);
  const { client, base, s3Uri, serverTime, explain } = destination;
  const whole = planUpload(selection.files, client.location.prefix, inputs.destination, inputs.headers);
  const wanted = wantsPreview(host, inputs, whole, client.path(base));
  const [plan, names] = await Promise.all([
    comparePlan(host.tempDir, inputs, whole, client, reader),
    wanted.then((preview) => pageNames({ links: inputs.links, preview }, whole, client)),
  ]).catch(explain(`What is in ${s3Uri} could not be looked at`));
  logPlan(host.log, plan, selection);
  warnOfIdleRules(host.log, inputs, plan, selection);
  warnOfFork(host, { preview: names.preview !== undefined }, plan.puts);
  const etags = new Map<string, string>();
  const manifest = manifestOf(inputs, s3Uri, plan, etags);
  if (inputs.dryRun) {
    logSharingDryRun(host.log, inputs);
    await dryRun(host, inputs, plan, manifest, pageKeys(names, base), serverTime, client.clock);
    return;
  }
  await withReports(host, inputs, client.clock, cancellation.signal, async (reports) => {
    reports.begin(s3Uri);
    await uploadFiles(host.log, plan, client, cancellation, {
      concurrency,
      bufferPool: createBufferPool(defaultBufferBytes()),
      partSize: inputs.partSize,
      ifAbsent: inputs.overwrite === 'never',
      retried: retries.total,
      ...(names.preview && { onStored: ({ key }, etag) => void etags.set(key, etag) }),
    });
    await publishUpload(inputs, plan, names, manifest, destination, connection, reports);
  });
}

/** All that comes after the files are stored. */
async function publishUpload(
  inputs: UploadInputs,
  plan: ComparedPlan,
  names: PageNames,
  manifest: Manifest,
  destination: Destination,
  { host, terrapi, cancellation }: Connection,
  reports: Reports,
): Promise<void> {
  const { client, explain, s3Uri } = destination;
  const { signal, done } = cancellation;
  const failed = (what: string) => afterUpload(what, plan.puts, s3Uri, client.location, signal);
  const preview =
    names.preview &&
    (await previewOf(host, plan, names.preview, inputs.preview === 'auto', destination, signal));
  const { published, generated } = await publish(
    host.log,
    manifest,
    await linkMaker(host, inputs, { terrapi, client, signal }, preview !== undefined),
    pagesFor(client.clock, host.run, names.index, preview),
    { ...destination, signal },
  ).catch(failed(`their links could not be made`));
  const kept = new Set([...keptKeys(plan), ...generated]);
  const deleted = inputs.deleteStale
    ? await deleteStale(host.log, kept, destination, done).catch(
        explain(`All files are uploaded, but what is stale in ${s3Uri} could not be deleted`),
      )
    : 0;
  // People get their links even so.
  const unshared = await shareFolder(host.log, inputs, terrapi).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const unchanged = plan.unchanged.length;
  const uploaded = plan.puts.length - unchanged;
  const summary = headline({ uploaded, unchanged, deleted }, false);
  await logAndSummarize(host, inputs, published, summary, client.clock);
  const { outputs, unwritten } = publishedOutputs(host, published, client.location);
  const told = { headline: summary, published, built: true, showLinks: !inputs.maskLinks };
  const ids = await reports.published(told);
  const counts = { 'uploaded-count': uploaded, 'unchanged-count': unchanged, 'deleted-count': deleted };
  const { shortfall: unset } = attempt(() => setOutputs(host, { ...outputs, ...ids, ...counts }));
  if (unshared) failed(`they could not be shared`)(unshared.error);
  if (unwritten) failed(`the file of their links could not be written`)(unwritten.error);
  if (unset) failed(`not all could be told`)(unset.error);
}

/** Throws what went wrong when all files were stored: they are there, and which they are is told. */
function afterUpload(
  what: string,
  puts: readonly Put[],
  s3Uri: string,
  location: Location,
  signal: AbortSignal,
): (error: unknown) => never {
  return (error) => {
    if (signal.aborted) throw error;
    const { code, message, hint, details } = storageTrouble(
      `All files are uploaded to ${sanitize(s3Uri)}, but ${what}`,
      location,
      error,
    );
    throw new ActionError(code, message, {
      hint,
      details: [
        ...details,
        `Stored, ${count(puts.length, 'file')}:`,
        ...firstOf(puts, 50, ({ name }) => `- ${sanitize(name)}`),
      ],
      cause: error,
    });
  };
}

async function previewOf(
  host: Host,
  plan: Plan,
  names: PreviewNames,
  isOptional: boolean,
  destination: Destination,
  signal: AbortSignal,
): Promise<Page> {
  const { checkSite, previewPage } = await import('./preview.ts');
  const flags = checkSite(host.log, plan.puts, destination);
  return previewPage({ names, flags, isOptional }, host, destination.client, signal);
}

/**
 * What stands below the destination when all of a plan is stored.
 * @param etags of what was sent, by their keys, where they are kept
 */
function manifestOf(
  { workspace, destination }: Pick<UploadInputs, 'workspace' | 'destination'>,
  s3Uri: string,
  { puts, totalBytes, unchanged, sums, remote }: ComparedPlan,
  etags: ReadonlyMap<string, string>,
): Manifest {
  const same = new Set(unchanged);
  return {
    workspace,
    destination,
    s3Uri,
    fileCount: puts.length,
    totalBytes,
    files: function* () {
      for (const put of puts) {
        const { name, key, contentType, file } = put;
        const status = same.has(put) ? 'unchanged' : 'uploaded';
        const etag = etags.get(key) ?? (status === 'unchanged' ? remote?.get(key)?.etag : undefined);
        yield { name, key, size: file.size, contentType, etag, sha256: sums.get(name), status };
      }
    },
  };
}

function logPlan(log: Log, { puts, totalBytes, unchanged }: ComparedPlan, selection: Selection): void {
  const { root, warnings } = selection;
  log.group(`What: ${count(puts.length, 'file')}, ${formatBytes(totalBytes)} from ${root}`, [
    ...firstOf(puts, 200, ({ name, file }) => `${name} (${formatBytes(file.size)})`),
    ...(unchanged.length > 0 ? [`Unchanged, and not sent again: ${count(unchanged.length, 'file')}`] : []),
    ...leftOut(selection),
  ]);
  warnOfFirst(log, warnings);
}

function warnOfIdleRules(
  log: Log,
  { headers, destination }: Pick<UploadInputs, 'headers' | 'destination'>,
  { puts }: Plan,
  { root }: Selection,
): void {
  const names = puts.map(({ name }) => name);
  warnOfFirst(log, unmatchedRules(headers, names, root, destination));
}

/** Many warnings of one kind are seldom about many causes. */
function warnOfFirst(log: Log, warnings: readonly Warning[]): void {
  const first = warnings.slice(0, 5);
  for (const { code, text } of first) log.warning(code, text);
  if (warnings.length > first.length)
    log.info(`… and ${count(warnings.length - first.length, 'more warning')} of this kind`);
}
