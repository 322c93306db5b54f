import type { Selection } from '../files/selection.ts';
import type { Host } from '../hosts/host.ts';
import { type UploadInputs, readUploadInputs } from '../config/upload.ts';
import { planUpload } from '../sync/plan.ts';
import { keptKeys } from '../sync/staleObjects.ts';
import { titleOf } from '../report/title.ts';
import type { StorageClient } from '../storage/client.ts';
import { defaultConcurrency, defaultBufferBytes, isSha256Free } from '../transfer/resourceLimits.ts';
import type { Hasher } from '../transfer/hasher.ts';
import { createBufferPool } from '../transfer/bufferPool.ts';
import { type ComparedPlan, type Comparison, comparePlan, comparisonFor, openReader } from './compare.ts';
import { type Connection, withConnection } from './connect.ts';
import { wantsPreview } from './autoPreview.ts';
import type { Cancellation } from './cancellation.ts';
import { type LinkMaker, createLinkMaker } from './createLinks.ts';
import type { EarlierUpload } from '../sync/uploadChanges.ts';
import { mostCompared, openEarlierUpload, withChanges } from './earlierUpload.ts';
import { deleteStale } from './deleteStale.ts';
import { compareForDryRun, dryRun } from './dryRun.ts';
import { warnAboutFork } from './forkWarning.ts';
import { openFirstLink } from './firstLink.ts';
import { type Destination, openDestination } from './openDestination.ts';
import { type PageNames, pageKeys, pageNames } from './generatedPages.ts';
import { logPlan, warnAboutHeaders } from './planLog.ts';
import type { PublishResult } from './publish.ts';
import { publishUpload } from './publishUpload.ts';
import { readInputs } from './readInputs.ts';
import { reportUpload } from './reportUpload.ts';
import { runCommand } from './runCommand.ts';
import { reportNoFiles, selectUpload } from './selectFiles.ts';
import { logSharingDryRun } from './share.ts';
import { storedExplainer } from './storedExplainer.ts';
import { uploadFiles } from './uploadFiles.ts';
import { type SentFiles, manifestOf } from './uploadManifest.ts';
import { type RunReports, withReports } from './withReports.ts';

/** The root action: uploads files to a workspace and returns links. */
export function run(host: Host): Promise<void> {
  return runCommand(host, async (cancellation) => {
    const inputs = readInputs(host, readUploadInputs);
    if (!inputs) return;
    await withReports(host, inputs, { step: 'upload', signal: cancellation.signal }, (reports) =>
      selectAndUpload(host, inputs, cancellation, reports),
    );
  });
}

async function selectAndUpload(
  host: Host,
  inputs: UploadInputs,
  cancellation: Cancellation,
  reports: RunReports,
): Promise<void> {
  const comparison = comparisonFor(inputs);
  const reader = openReader(comparison, inputs.partSize, cancellation.signal);
  try {
    const selection = selectUpload(host, inputs, comparison.readsFiles ? reader.prefetch : () => undefined);
    if (selection.files.length === 0) {
      reportNoFiles(host, inputs, selection);
      return;
    }
    // Fails before the upload if the links file cannot be written.
    if (!inputs.dryRun) host.tempDir();
    const concurrency = inputs.concurrency ?? defaultConcurrency();
    await withConnection({ host, inputs, connections: concurrency, cancellation }, (connection) =>
      upload(inputs, selection, { comparison, reader, concurrency, reports }, connection),
    );
  } finally {
    await reader.close();
  }
}

interface UploadTools {
  readonly comparison: Comparison;
  readonly reader: Hasher;
  readonly concurrency: number;
  readonly reports: RunReports;
}

async function upload(
  inputs: UploadInputs,
  selection: Selection,
  { comparison, reader, concurrency, reports: runReports }: UploadTools,
  connection: Connection,
): Promise<void> {
  const { host, cancellation } = connection;
  const destination = await openDestination(inputs, connection);
  const { client, base, s3Uri, explain } = destination;
  const whole = planUpload(selection.files, client.location.prefix, inputs.destination, inputs.headers);
  const wanted = wantsPreview(host, inputs, whole, client.path(base));
  const pages = wanted.then((preview) => pageNames({ links: inputs.links, preview }, whole, client));
  const earlier = pages.then((names) =>
    inputs.dryRun ? undefined : openEarlierUpload(host.log, names, client, base, cancellation.signal),
  );
  // The same error as that of `pages`.
  earlier.catch(() => undefined);
  const [plan, names] = await Promise.all([
    comparePlan(whole, comparison, { client, reader, tempDir: host.tempDir }),
    pages,
  ]).catch(explain(`Objects in ${s3Uri} could not be listed`));
  logPlan(host.log, plan, selection);
  warnAboutHeaders(host.log, inputs, plan, selection);
  warnAboutFork(host, names.preview !== undefined, plan.puts);
  if (inputs.dryRun) {
    await logDryRun(host, inputs, { plan, names }, destination);
    return;
  }
  const reports = await runReports.open(client.clock);
  reports.begin(s3Uri);
  const explainStored = storedExplainer(plan.puts, destination, cancellation.signal);
  const { publication, generated } = await sendAndPublish(
    inputs,
    { plan, names, earlier },
    destination,
    { connection, concurrency },
    explainStored,
  );
  const kept = () => new Set([...keptKeys(plan), ...generated]);
  const deleted = inputs.deleteStale
    ? await deleteStale(host.log, kept(), destination, cancellation.done).catch(
        explain(`All files are uploaded, but stale objects in ${s3Uri} could not be deleted`),
      )
    : 0;
  const tools = { connection, client, reports, settle: runReports.settle, explainStored };
  await reportUpload(inputs, { plan, publication, deleted }, tools);
}

async function logDryRun(
  host: Pick<Host, 'log' | 'run' | 'summary' | 'output'>,
  inputs: UploadInputs,
  { plan, names }: FilesToSend,
  { base, s3Uri, serverTime }: Destination,
): Promise<void> {
  logSharingDryRun(host.log, inputs);
  const pages = inputs.deleteStale ? pageKeys(names, base) : undefined;
  const manifest = manifestOf({ ...inputs, title: titleOf(inputs, host.run) }, s3Uri, plan);
  await dryRun(host, manifest, compareForDryRun(plan, pages, serverTime), {
    links: inputs.links,
    unchanged: plan.unchanged.length,
    summary: inputs.summary,
  });
}

interface FilesToSend {
  readonly plan: ComparedPlan;
  readonly names: PageNames;
}

interface ComparedFiles extends FilesToSend {
  /** The previous upload; undefined if there is none. */
  readonly earlier: Promise<EarlierUpload | undefined>;
}

interface SendTools {
  readonly connection: Connection;
  readonly concurrency: number;
}

/** Uploads the files, makes their links, and writes the pages that contain them. */
async function sendAndPublish(
  inputs: UploadInputs,
  { plan, names, earlier }: ComparedFiles,
  destination: Destination,
  tools: SendTools,
  explainStored: ReturnType<typeof storedExplainer>,
): Promise<PublishResult> {
  const { host, terrapi, cancellation } = tools.connection;
  const { signal } = cancellation;
  const { client, s3Uri } = destination;
  const hasPreview = names.preview !== undefined;
  const linkMaker = await createLinkMaker(host, inputs, { terrapi, client, signal }, hasPreview);
  const sent = await sendFiles(inputs, { plan, names }, linkMaker, client, tools);
  const uploaded = manifestOf({ ...inputs, title: titleOf(inputs, host.run) }, s3Uri, plan, sent);
  const manifest = await withChanges(uploaded, earlier, inputs, plan);
  const files = { plan, names, manifest };
  return publishUpload(inputs, files, linkMaker, destination, { host, signal }).catch(
    explainStored(`their links could not be created`),
  );
}

/** Uploads the files. A preview needs the ETags of all of them, and so does the comparison with the next upload. */
async function sendFiles(
  inputs: Pick<UploadInputs, 'partSize' | 'overwrite'>,
  { plan, names }: FilesToSend,
  linkMaker: LinkMaker | undefined,
  client: StorageClient,
  { connection, concurrency }: SendTools,
): Promise<SentFiles> {
  const { host, cancellation, retries } = connection;
  const sent = {
    etags: new Map<string, string>(),
    types: new Map<string, string>(),
    sums: new Map<string, string>(),
  };
  const keepsEtags =
    names.preview !== undefined || (names.index !== undefined && plan.puts.length <= mostCompared);
  const firstLink = openFirstLink(linkMaker, plan);
  await uploadFiles(host.log, plan, client, {
    concurrency,
    bufferPool: createBufferPool(defaultBufferBytes()),
    partSize: inputs.partSize,
    ifAbsent: inputs.overwrite === 'never',
    retried: retries.total,
    signal: cancellation.signal,
    done: cancellation.done,
    sha256Wanted: plan.sums.size < plan.puts.length && isSha256Free(plan.puts.length, plan.totalBytes),
    onEnding: firstLink.request,
    onStored: ({ key, contentType: planned }, etag, contentType, sha256) => {
      firstLink.onStored(key);
      if (keepsEtags) sent.etags.set(key, etag);
      if (contentType !== planned) sent.types.set(key, contentType);
      if (sha256 !== undefined) sent.sums.set(key, sha256);
    },
  }).catch(firstLink.onFailure);
  return sent;
}
