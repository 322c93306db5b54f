import { ActionError } from '../errors/error.ts';
import type { Selection } from '../files/selection.ts';
import type { Host } from '../hosts/host.ts';
import { idleRules } from '../files/headers.ts';
import { type UploadInputs, readUploadInputs } from '../config/upload.ts';
import type { Page } from '../links/generated.ts';
import type { Standing } from '../links/published.ts';
import { setOutputs } from '../config/outputs.ts';
import { type Plan, planUpload } from '../sync/plan.ts';
import type { PreviewNames } from '../preview/names.ts';
import { printable } from '../text/sanitize.ts';
import { count, formatBytes } from '../text/format.ts';
import { headline } from '../report/headline.ts';
import { firstOf } from '../report/log.ts';
import type { Reports } from '../report/reports.ts';
import { storageTrouble } from '../storage/trouble.ts';
import { defaultConcurrency, defaultMemory } from '../transfer/defaults.ts';
import type { Fingerprints } from '../transfer/fingerprints.ts';
import { createMemory } from '../transfer/memory.ts';
import { deleteStale, keptKeys } from './prune.ts';
import { type ComparedPlan, comparePlan, openReader, readsContents } from './compare.ts';
import { type Connection, withConnection } from './connect.ts';
import { readInputs } from './inputs.ts';
import { publish } from './publish.ts';
import { warnOfFork } from './forks.ts';
import { type PageNames, pageKeys, pageNames, pagesFor } from './pages.ts';
import { attempt, publishedOutputs, tellPublished } from './publication.ts';
import { rehearse } from './dryRun.ts';
import { withReports } from './reports.ts';
import { leftOut, reportNoFiles, selectUpload } from './select.ts';
import { sendFiles } from './send.ts';
import { rehearseSharing, shareDestination } from './share.ts';
import { type Destination, openDestination } from './destination.ts';
import { runStory } from './run.ts';

/** The root action: uploads files to a workspace and hands back links. */
export function run(host: Host): Promise<void> {
  return runStory(host, async (cancellation) => {
    const inputs = readInputs(host, readUploadInputs);
    if (!inputs) return;
    const reader = openReader(inputs, cancellation.signal);
    try {
      const selection = selectUpload(host, inputs, readsContents(inputs) ? reader.expect : () => undefined);
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

interface Means {
  readonly concurrency: number;
  readonly reader: Fingerprints;
}

async function upload(
  inputs: UploadInputs,
  selection: Selection,
  { concurrency, reader }: Means,
  connection: Connection,
): Promise<void> {
  const destination = await openDestination(inputs, connection);
  const { host, client, askedAt, explain } = destination;
  const whole = planUpload(selection.files, client.location.prefix, inputs.destination, inputs.headers);
  const [plan, names] = await Promise.all([
    comparePlan(host.tempDir, inputs, whole, client, reader),
    pageNames(inputs, whole, client),
  ]).catch(explain(`What is in ${destination.s3Uri} could not be looked at`));
  tellPlan(host, inputs, plan, selection);
  warnOfFork(host, inputs, plan.puts);
  const etags = new Map<string, string>();
  const standing = standingOf(inputs, plan, etags, destination);
  if (inputs.dryRun) {
    rehearseSharing(host, inputs);
    await rehearse(host, inputs, plan, standing, pageKeys(names, plan.base), askedAt, client.clock);
    return;
  }
  await withReports(host, inputs, client.clock, destination.signal, async (reports) => {
    reports.begin(destination.s3Uri);
    const { overwrite, partSize } = inputs;
    await sendFiles(host.log, plan, destination, {
      concurrency,
      memory: createMemory(defaultMemory()),
      partSize,
      ifAbsent: overwrite === 'never',
      retried: destination.retried,
      ...(inputs.preview && { onStored: ({ key }, etag) => void etags.set(key, etag) }),
    });
    await publishUpload(inputs, plan, names, standing, destination, reports);
  });
}

/** All that comes after the files are stored. */
async function publishUpload(
  inputs: UploadInputs,
  plan: ComparedPlan,
  names: PageNames,
  standing: Standing,
  destination: Destination,
  reports: Reports,
): Promise<void> {
  const { host, client, explain, s3Uri } = destination;
  const preview = names.preview && (await previewOf(plan, names.preview, destination));
  const pages = pagesFor(client.clock, host.run, names.index, preview);
  const { published, generated } = await publish(inputs, standing, pages, destination).catch(
    afterUpload(`their links could not be made`, plan, destination),
  );
  const deleted = inputs.deleteStale
    ? await deleteStale(new Set([...keptKeys(plan), ...generated]), destination).catch(
        explain(`All files are uploaded, but what is stale in ${s3Uri} could not be deleted`),
      )
    : 0;
  // People get their links even so.
  const unshared = await shareDestination(inputs, destination).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const unchanged = plan.unchanged.length;
  const uploaded = plan.puts.length - unchanged;
  const done = headline({ uploaded, unchanged, deleted }, false);
  await tellPublished(host, inputs, published, done, client.clock);
  const { outputs, unwritten } = publishedOutputs(host, inputs, published, client.location);
  const told = { headline: done, published, built: true, showLinks: !inputs.maskLinks };
  const ids = await reports.published(told);
  const counts = { 'uploaded-count': uploaded, 'unchanged-count': unchanged, 'deleted-count': deleted };
  const { shortfall: unset } = attempt(() => setOutputs(host, { ...outputs, ...ids, ...counts }));
  if (unshared) afterUpload(`they could not be shared`, plan, destination)(unshared.error);
  if (unwritten)
    afterUpload(`the file of their links could not be written`, plan, destination)(unwritten.error);
  if (unset) afterUpload(`not all could be told`, plan, destination)(unset.error);
}

/** Throws what went wrong when all files were stored: they are there, and which they are is told. */
function afterUpload(what: string, { puts }: Plan, { client, s3Uri, signal }: Destination) {
  return (error: unknown): never => {
    if (signal.aborted) throw error;
    const { location } = client;
    const { code, message, hint, details } = storageTrouble(
      `All files are uploaded to ${printable(s3Uri)}, but ${what}`,
      location,
      error,
    );
    throw new ActionError(code, message, {
      hint,
      details: [
        ...details,
        `Stored, ${count(puts.length, 'file')}:`,
        ...firstOf(puts, 50, ({ name }) => `- ${printable(name)}`),
      ],
      cause: error,
    });
  };
}

async function previewOf(plan: ComparedPlan, names: PreviewNames, destination: Destination): Promise<Page> {
  const { checkSite, previewPage } = await import('./preview.ts');
  return previewPage(names, checkSite(plan.puts, destination), destination);
}

/**
 * What stands below the destination when all of a plan is stored.
 * @param etags of what was sent, by their keys, where they are kept
 */
function standingOf(
  { workspace, destination }: UploadInputs,
  { puts, totalBytes, unchanged, sums, remote }: ComparedPlan,
  etags: ReadonlyMap<string, string>,
  { s3Uri }: Destination,
): Standing {
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

function tellPlan(
  host: Host,
  { headers, destination }: UploadInputs,
  { puts, totalBytes, unchanged }: ComparedPlan,
  selection: Selection,
): void {
  const { root, warnings } = selection;
  host.log.group(`What: ${count(puts.length, 'file')}, ${formatBytes(totalBytes)} from ${root}`, [
    ...firstOf(puts, 200, ({ name, file }) => `${name} (${formatBytes(file.size)})`),
    ...(unchanged.length > 0 ? [`Unchanged, and not sent again: ${count(unchanged.length, 'file')}`] : []),
    ...leftOut(selection),
  ]);
  const names = puts.map(({ name }) => name);
  const idle = idleRules(headers, names, root, destination);
  for (const warning of [...firstOf(warnings, 5, String), ...firstOf(idle, 5, String)])
    host.log.warning(warning);
}
