import type { Selection } from '../files/selection.ts';
import type { Host } from '../hosts/host.ts';
import { type UploadInputs, readUploadInputs } from '../config/upload.ts';
import type { Page } from '../links/page.ts';
import type { Manifest } from '../links/manifest.ts';
import { type LinksOutputs, type UploadOutputs, setOutputs } from '../config/outputs.ts';
import { type Plan, planUpload } from '../sync/plan.ts';
import { keptKeys } from '../sync/staleObjects.ts';
import type { PreviewNames } from '../preview/previewNames.ts';
import { type Changes, headline } from '../report/headline.ts';
import { titleOf } from '../report/title.ts';
import type { StorageClient } from '../storage/client.ts';
import { defaultConcurrency, defaultBufferBytes, isSha256Free } from '../transfer/resourceLimits.ts';
import type { Hasher } from '../transfer/hasher.ts';
import { createBufferPool } from '../transfer/bufferPool.ts';
import { type ComparedPlan, type Comparison, comparePlan, comparisonFor, openReader } from './compare.ts';
import { type Connection, withConnection } from './connect.ts';
import { wantsPreview } from './autoPreview.ts';
import type { Cancellation } from './cancellation.ts';
import { createLinkMaker } from './createLinks.ts';
import { mostCompared, openEarlierUpload, withChanges } from './earlierUpload.ts';
import { deleteStale } from './deleteStale.ts';
import { compareForDryRun, dryRun } from './dryRun.ts';
import { warnAboutFork } from './forkWarning.ts';
import { collectErrors } from './deferredErrors.ts';
import { type Destination, openDestination } from './openDestination.ts';
import { type PageNames, pageKeys, pageNames, pagesFor } from './generatedPages.ts';
import { logPlan, warnAboutHeaders } from './planLog.ts';
import { type PublishResult, publish } from './publish.ts';
import { readInputs } from './readInputs.ts';
import { type ReportPublicationTools, reportPublication } from './reportPublication.ts';
import { runCommand } from './runCommand.ts';
import { reportNoFiles, selectUpload } from './selectFiles.ts';
import { logSharingDryRun, shareFolder } from './share.ts';
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
  const [plan, names] = await Promise.all([
    comparePlan(whole, comparison, { client, reader, tempDir: host.tempDir }),
    wanted.then((preview) => pageNames({ links: inputs.links, preview }, whole, client)),
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
  const earlier = openEarlierUpload(host.log, names, client, base, cancellation.signal);
  const sent = await sendFiles(inputs, { plan, names }, client, { connection, concurrency });
  const uploaded = manifestOf({ ...inputs, title: titleOf(inputs, host.run) }, s3Uri, plan, sent);
  const manifest = await withChanges(uploaded, earlier, inputs, plan);
  const explainStored = storedExplainer(plan.puts, destination, cancellation.signal);
  const { publication, generated } = await publishLinks(
    inputs,
    { plan, names, manifest },
    destination,
    connection,
  ).catch(explainStored(`their links could not be created`));
  const kept = () => new Set([...keptKeys(plan), ...generated]);
  const deleted = inputs.deleteStale
    ? await deleteStale(host.log, kept(), destination, cancellation.done).catch(
        explain(`All files are uploaded, but stale objects in ${s3Uri} could not be deleted`),
      )
    : 0;
  const done = { plan, publication, changes: changesOf(plan, deleted) };
  await reportUpload(inputs, done, { connection, client, reports, settle: runReports.settle, explainStored });
}

interface UploadReportTools extends Pick<ReportPublicationTools, 'client' | 'reports' | 'settle'> {
  readonly connection: Connection;
  readonly explainStored: ReturnType<typeof storedExplainer>;
}

/** Shares the files, reports the upload, and sets the outputs. An error here fails the step, but only after the links are reported. */
async function reportUpload(
  inputs: UploadInputs,
  {
    plan,
    publication,
    changes,
  }: Pick<PublishResult, 'publication'> & {
    readonly plan: ComparedPlan;
    readonly changes: Changes;
  },
  { connection: { host, terrapi }, client, reports, settle, explainStored }: UploadReportTools,
): Promise<void> {
  const deferred = collectErrors(explainStored);
  await deferred.attempt(`they could not be shared`, () => shareFolder(host.log, inputs, terrapi));
  const report = { headline: headline(changes, false), publication, built: true };
  const tools = { host, client, reports, settle, deferred };
  const outputs = await reportPublication(report, inputs, tools);
  await deferred.attempt(`not all outputs could be set`, () =>
    setOutputs(host, { ...outputs, ...uploadOutputs(plan, changes) }),
  );
  deferred.throwFirst();
}

/** What an upload did, in numbers. */
function changesOf({ puts, unchanged }: ComparedPlan, deleted: number): Changes {
  return { uploaded: puts.length - unchanged.length, unchanged: unchanged.length, deleted };
}

/** The outputs that only this action has. */
function uploadOutputs(
  { checksumsFile = '' }: Pick<ComparedPlan, 'checksumsFile'>,
  { uploaded, unchanged, deleted }: Changes,
): Omit<UploadOutputs, keyof LinksOutputs> {
  return {
    'checksums-file': checksumsFile,
    'uploaded-count': uploaded,
    'unchanged-count': unchanged,
    'deleted-count': deleted,
  };
}

async function logDryRun(
  host: Pick<Host, 'log' | 'run' | 'summary' | 'output'>,
  inputs: UploadInputs,
  { plan, names }: Pick<StoredFiles, 'names'> & { readonly plan: ComparedPlan },
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

/** Uploads the files. A preview needs the ETags of all of them, and so does the comparison with the next upload. */
async function sendFiles(
  inputs: Pick<UploadInputs, 'partSize' | 'overwrite'>,
  { plan, names }: Pick<StoredFiles, 'names'> & { readonly plan: ComparedPlan },
  client: StorageClient,
  { connection, concurrency }: { readonly connection: Connection; readonly concurrency: number },
): Promise<SentFiles> {
  const { host, cancellation, retries } = connection;
  const sent = {
    etags: new Map<string, string>(),
    types: new Map<string, string>(),
    sums: new Map<string, string>(),
  };
  const keepsEtags =
    names.preview !== undefined || (names.index !== undefined && plan.puts.length <= mostCompared);
  await uploadFiles(host.log, plan, client, {
    concurrency,
    bufferPool: createBufferPool(defaultBufferBytes()),
    partSize: inputs.partSize,
    ifAbsent: inputs.overwrite === 'never',
    retried: retries.total,
    signal: cancellation.signal,
    done: cancellation.done,
    sha256Wanted: plan.sums.size < plan.puts.length && isSha256Free(plan.puts.length, plan.totalBytes),
    onStored: ({ key, contentType: planned }, etag, contentType, sha256) => {
      if (keepsEtags) sent.etags.set(key, etag);
      if (contentType !== planned) sent.types.set(key, contentType);
      if (sha256 !== undefined) sent.sums.set(key, sha256);
    },
  });
  return sent;
}

interface StoredFiles {
  readonly plan: Plan;
  readonly names: PageNames;
  readonly manifest: Manifest;
}

/** Makes the links, and writes the pages that contain them. */
async function publishLinks(
  inputs: Pick<UploadInputs, 'links' | 'expiresIn' | 'maskLinks' | 'preview'>,
  { plan, names, manifest }: StoredFiles,
  { client, base, explain }: Destination,
  { host, terrapi, cancellation: { signal } }: Connection,
): Promise<PublishResult> {
  const isOptional = inputs.preview === 'auto';
  const index = names.index === undefined ? undefined : { name: names.index, commit: host.run.commit };
  const preview =
    names.preview && (await previewOf(host, plan, { names: names.preview, isOptional }, { client, signal }));
  return publish(manifest, {
    log: host.log,
    linkMaker: await createLinkMaker(host, inputs, { terrapi, client, signal }, preview !== undefined),
    pages: pagesFor(client.clock, host.run, index, preview),
    folder: { client, base, explain, signal },
  });
}

async function previewOf(
  host: Pick<Host, 'log' | 'run'>,
  { puts, base }: Plan,
  { names, isOptional }: { readonly names: PreviewNames; readonly isOptional: boolean },
  { client, signal }: { readonly client: StorageClient; readonly signal: AbortSignal },
): Promise<Page> {
  const { checkSite, previewPage } = await import('./previewPage.ts');
  const flags = checkSite(host.log, puts, { client, base });
  return previewPage({ names, flags, isOptional }, host, client, signal);
}
