import * as core from '@actions/core';

import { ActionError } from '../errors.ts';
import { type Selection, selectFiles } from '../files/selection.ts';
import { type UploadInputs, maskSecret, readUploadInputs } from '../inputs.ts';
import { setOutputs } from '../outputs.ts';
import { baseOf, planUpload } from '../plan.ts';
import { printable } from '../printable.ts';
import { count, formatBytes, formatDuration } from '../quantities.ts';
import { fail, firstOf, logGroup } from '../report/log.ts';
import { s3Uri } from '../s3uri.ts';
import { type StorageClient, createStorageClient } from '../storage/client.ts';
import { discoverRegion } from '../storage/region.ts';
import { storageTrouble } from '../storage/trouble.ts';
import { type Terrapi, TerrapiError } from '../terrapi/client.ts';
import { defaultConcurrency, defaultMemory } from '../transfer/defaults.ts';
import { createMemory } from '../transfer/memory.ts';
import { persistence } from '../transfer/persistence.ts';
import type { Transport } from '../transport.ts';
import { openWorkspace } from '../workspace.ts';
import { onCancel } from './cancellation.ts';
import { deleteStale } from './cleanup.ts';
import { type ComparedPlan, comparePlan } from './comparison.ts';
import { type Connection, withConnection } from './connection.ts';
import { publishLinks, publishPlan } from './publication.ts';
import { sendFiles } from './sending.ts';

/** The root action: uploads files to a workspace and hands back links. */
export async function run(): Promise<void> {
  const cancellation = onCancel();
  try {
    const inputs = readUploadInputs();
    const selection = select(inputs);
    if (selection.files.length === 0) {
      reportNoFiles(inputs, selection);
      return;
    }
    const concurrency = inputs.concurrency ?? defaultConcurrency();
    await withConnection(inputs, concurrency, (connection) =>
      upload(inputs, selection, concurrency, connection, cancellation.signal),
    );
  } catch (error) {
    fail(cancellation.signal.aborted && !(error instanceof ActionError) ? cancelled(error) : error);
  } finally {
    cancellation.release();
  }
}

function cancelled(cause: unknown): ActionError {
  return new ActionError('cancelled', 'The job was cancelled while this step was at work', {
    hint: `Run the job again.`,
    cause,
  });
}

async function upload(
  inputs: UploadInputs,
  selection: Selection,
  concurrency: number,
  { terrapi, transport }: Connection,
  signal: AbortSignal,
): Promise<void> {
  const { client, askedAt } = await openStorage(inputs, terrapi, transport);
  const whole = planUpload(selection.files, client.location.prefix, inputs.destination, inputs.headers);
  const persist = persistence(client.clock, { signal });
  const memory = createMemory(defaultMemory());
  const explain = (what: string) => (error: unknown) => {
    throw error instanceof ActionError || signal.aborted
      ? error
      : storageTrouble(what, client.location, error);
  };
  const where = s3Uri(client.location, whole.base);
  const plan = await comparePlan(inputs, whole, client, { memory, persist, signal }).catch(
    explain(`What is in ${where} could not be looked at`),
  );
  tellPlan(plan, selection);
  if (inputs.dryRun) {
    await publishPlan(inputs, plan, client, askedAt);
    return;
  }
  const { overwrite, partSize } = inputs;
  await sendFiles(plan, client, { concurrency, memory, partSize, ifAbsent: overwrite === 'never', signal });
  const deletedCount = inputs.deleteStale
    ? await deleteStale(plan, client, askedAt, persist).catch(
        explain(`All files are uploaded, but what is stale in ${where} could not be deleted`),
      )
    : 0;
  await publishLinks(inputs, plan, client, deletedCount);
}

function select(inputs: UploadInputs): Selection {
  const cwd = process.cwd();
  return selectFiles({
    lines: inputs.path,
    root: inputs.root,
    includeHiddenFiles: inputs.includeHiddenFiles,
    symlinks: inputs.symlinks,
    cwd,
    checkout: process.env['GITHUB_WORKSPACE'] ?? cwd,
  });
}

/** Finds out who the client app is and where its files go, and tells both. */
async function openStorage(
  inputs: UploadInputs,
  terrapi: Terrapi,
  transport: Transport,
): Promise<{ client: StorageClient; askedAt: number }> {
  const { clock } = transport;
  const [account, { location, sessions }] = await Promise.all([
    accountName(terrapi),
    openWorkspace(inputs.workspace, inputs.platforms, terrapi, clock, maskSecret),
  ]);
  logGroup(`Who: ${account ?? inputs.clientId}`, [
    `Client app: ${inputs.clientId}`,
    `Issuer: ${inputs.issuer.href}`,
    `TerrAPI: ${inputs.apiUrl.href}`,
  ]);
  const { region, askedAt } = await discoverRegion(location, transport, async () => {
    const { bucketLocation } = await import('../storage/bucket.ts');
    return bucketLocation(location, sessions, transport);
  });
  const { endsAt } = await sessions.get();
  const base = baseOf(location.prefix, inputs.destination);
  logGroup(`Where: ${s3Uri(location, base)}`, [
    `Workspace: ${inputs.workspace}`,
    `Endpoint: ${location.endpoint.href}, region ${region}`,
    endsAt === undefined
      ? 'The storage session does not say when it ends'
      : `The storage session ends in ${formatDuration((endsAt - clock.now()) / 1000)}, and is renewed when it has to be`,
    ...(clock.skewSeconds === 0
      ? []
      : [
          `This runner's clock is ${Math.abs(clock.skewSeconds)} s ${clock.skewSeconds > 0 ? 'behind' : 'ahead'}: the servers' time is used`,
        ]),
  ]);
  return { client: createStorageClient(location, region, sessions, transport), askedAt };
}

/** The account's name is for the log: a client app that may not ask for it can still upload. */
async function accountName(terrapi: Terrapi): Promise<string | undefined> {
  try {
    return await terrapi.accountName();
  } catch (error) {
    if (error instanceof TerrapiError) return undefined;
    throw error;
  }
}

function tellPlan(
  { puts, totalBytes, unchanged }: ComparedPlan,
  { root, hidden, skippedLinks, warnings }: Selection,
): void {
  logGroup(`What: ${count(puts.length, 'file')}, ${formatBytes(totalBytes)} from ${root}`, [
    ...firstOf(puts, 200, ({ name, file }) => `${name} (${formatBytes(file.size)})`),
    ...(unchanged.length > 0 ? [`Unchanged, and not sent again: ${count(unchanged.length, 'file')}`] : []),
    ...leftOut(hidden, skippedLinks),
  ]);
  for (const warning of firstOf(warnings, 5, String)) core.warning(warning);
}

function leftOut(hidden: readonly string[], skippedLinks: readonly string[]): string[] {
  return [
    ...(hidden.length > 0
      ? [
          `Left out as hidden: ${firstOf(hidden, 10, String).join(', ')} (input 'include-hidden-files', or a line of 'path' that names them, lets them in)`,
        ]
      : []),
    ...(skippedLinks.length > 0
      ? [`Left out by 'symlinks: skip': ${count(skippedLinks.length, 'symbolic link')}`]
      : []),
  ];
}

function reportNoFiles(
  { ifNoFilesFound, path }: UploadInputs,
  { hidden, skippedLinks, warnings }: Selection,
): void {
  const message = `No files were found for 'path' (${printable(path.join(', '))}), from ${process.cwd()}`;
  const details = [...firstOf(warnings, 20, String), ...leftOut(hidden, skippedLinks)].map(
    (line) => `- ${line}`,
  );
  if (ifNoFilesFound === 'error') {
    throw new ActionError('no-files', message, {
      hint: `Check 'path' and that the step before has built something; 'if-no-files-found: warn' or 'ignore' lets the job go on.`,
      details,
    });
  }
  const text = [message, ...details].join('\n');
  if (ifNoFilesFound === 'warn') core.warning(text);
  else core.info(text);
  setOutputs({
    url: '',
    urls: '{}',
    'links-file': '',
    'expires-at': '',
    's3-uri': '',
    'file-count': 0,
    'total-bytes': 0,
    'uploaded-count': 0,
    'unchanged-count': 0,
    'deleted-count': 0,
  });
}
