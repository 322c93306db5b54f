import { type DownloadInputs, hasLinks, readDownloadInputs } from '../config/download.ts';
import { setOutputs } from '../config/outputs.ts';
import { resolveFolder } from '../files/pattern.ts';
import type { Host } from '../hosts/host.ts';
import { createRetryLog } from '../report/retryLog.ts';
import { type DownloadPlan, planDownload } from '../transfer/downloadPlan.ts';
import { createBufferPool } from '../transfer/bufferPool.ts';
import { defaultBufferBytes, defaultConcurrency } from '../transfer/resourceLimits.ts';
import type { Cancellation } from './cancellation.ts';
import { openInputsTransport, withConnection } from './connect.ts';
import { downloadFiles } from './downloadFiles.ts';
import { logDownloadDryRun, logDownloadPlan } from './downloadLog.ts';
import { type DownloadSource, linksSource, workspaceSource } from './downloadSources.ts';
import { readInputs } from './readInputs.ts';
import { runCommand } from './runCommand.ts';

/** The `download` action: downloads files from a workspace, or those that a list of links names, which needs no credentials. */
export function run(host: Host): Promise<void> {
  return runCommand(host, async (cancellation) => {
    const inputs = hasLinks(host.input)
      ? readDownloadInputs(host.input, host.mask)
      : readInputs(host, readDownloadInputs);
    if (!inputs) return;
    cancellation.done.set('downloaded', () => ['No file was downloaded.']);
    if (inputs.from) await downloadByLinks(host, inputs, inputs.from, cancellation);
    else
      await withConnection(
        { host, inputs, connections: concurrencyOf(inputs), cancellation },
        async (connection) => {
          const source = await workspaceSource(inputs, connection);
          await download(source, inputs, { host, cancellation, retried: connection.retries.total });
        },
      );
  });
}

async function downloadByLinks(
  host: Host,
  inputs: DownloadInputs,
  from: NonNullable<DownloadInputs['from']>,
  cancellation: Cancellation,
): Promise<void> {
  host.checkOutputs();
  const { signal } = cancellation;
  const transport = openInputsTransport(host, inputs, concurrencyOf(inputs), signal, inputs.plainHttp);
  const retries = createRetryLog(host.log);
  try {
    const source = await linksSource(from, inputs, { host, transport, retries, signal });
    await download(source, inputs, { host, cancellation, retried: retries.total });
  } finally {
    await transport.close();
  }
}

interface DownloadTools {
  readonly host: Host;
  readonly cancellation: Cancellation;
  /** Requests that the run has retried so far. */
  readonly retried: () => number;
}

async function download(
  source: DownloadSource,
  inputs: DownloadInputs,
  { host, cancellation, retried }: DownloadTools,
): Promise<void> {
  const { signal, done } = cancellation;
  const plan = await planDownload(source.gets, {
    folder: resolveFolder(inputs.path ?? '.', process.cwd()),
    overwrite: inputs.overwrite,
    signal,
  });
  logDownloadPlan(host.log, plan, source);
  if (inputs.dryRun) logDownloadDryRun(host.log, plan);
  else
    await downloadFiles(host.log, plan, source, {
      concurrency: concurrencyOf(inputs),
      bufferPool: createBufferPool(defaultBufferBytes()),
      verify: inputs.verify,
      retried,
      signal,
      done,
    });
  setOutputs(host, outputsOf(plan));
}

function outputsOf({ folder, gets, unchanged, totalBytes }: DownloadPlan) {
  return {
    'download-path': folder,
    'file-count': gets.length + unchanged.length,
    'total-bytes': unchanged.reduce((sum, { size }) => sum + size, totalBytes),
  };
}

function concurrencyOf({ concurrency }: Pick<DownloadInputs, 'concurrency'>): number {
  return concurrency ?? defaultConcurrency();
}
