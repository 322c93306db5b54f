import { ActionError } from '../errors/error.ts';
import type { Host, Log } from '../hosts/host.ts';
import { type LinkInputs, readLinkInputs } from '../config/links.ts';
import type { Page } from '../links/page.ts';
import type { Manifest } from '../links/manifest.ts';
import { commitOf } from '../links/commitHeader.ts';
import { checksumsBelow, checksumsName, isChecksumsName } from '../files/checksums.ts';
import { mediaType } from '../files/mediaTypes.ts';
import { type FolderContents, separateGenerated } from '../storage/folderContents.ts';
import { detectPreview } from '../preview/previewNames.ts';
import { parseSiteFlags, siteFlagsHeader, unknownSiteFlags } from '../preview/previewMetadata.ts';
import { setOutputs } from '../config/outputs.ts';
import { sanitize } from '../text/sanitize.ts';
import { count, formatBytes } from '../text/format.ts';
import { firstAmong } from '../report/log.ts';
import { titleOf } from '../report/title.ts';
import type { StorageClient } from '../storage/client.ts';
import { listObjects } from '../storage/listing.ts';
import { sessionReader } from '../storage/sessionReader.ts';
import { type Connection, withConnection } from './connect.ts';
import { createLinkMaker } from './createLinks.ts';
import { readInputs } from './readInputs.ts';
import { reportPublication } from './reportPublication.ts';
import { collectErrors } from './deferredErrors.ts';
import { outputsWithoutLinks } from './linkOutputs.ts';
import { publish, withoutLinks } from './publish.ts';
import { hidingObject } from './hidingObject.ts';
import { type IndexPageOptions, freeIndexName, freePreviewNames, pagesFor } from './generatedPages.ts';
import { logAndSummarize } from './publicationLog.ts';
import { type Destination, openDestination } from './openDestination.ts';
import { type RunReports, withReports } from './withReports.ts';
import { runCommand } from './runCommand.ts';
import { setting } from '../text/wording.ts';

/** The `links` action: makes new links to the files below the destination. It uploads only the pages that contain links. */
export function run(host: Host): Promise<void> {
  return runCommand(host, async (cancellation) => {
    const inputs = readInputs(host, readLinkInputs);
    if (!inputs) return;
    await withReports(host, inputs, { step: 'links', signal: cancellation.signal }, async (reports) => {
      // Fails early if the links file cannot be written.
      if (!inputs.dryRun) host.tempDir();
      await withConnection({ host, inputs, connections: 16, cancellation }, (connection) =>
        renewLinks(inputs, connection, reports),
      );
    });
  });
}

async function renewLinks(inputs: LinkInputs, connection: Connection, runReports: RunReports): Promise<void> {
  const { host, terrapi, cancellation } = connection;
  const { signal } = cancellation;
  const destination = await openDestination(inputs, connection);
  const { client, base, s3Uri, explain } = destination;
  const { files, generated } = await filesBelow(destination);
  const sums = inputs.dryRun ? noSums : await sumsOf(host.log, { files, generated }, destination, signal);
  const titled = { ...inputs, title: titleOf(inputs, host.run) };
  const manifest = manifestOf(titled, s3Uri, base, { files, sums, generated });
  if (manifest.fileCount === 0) throw await noFiles(destination);
  logFiles(host.log, manifest);
  if (inputs.dryRun) {
    const would = `Dry run: would make links to ${count(manifest.fileCount, 'file')}`;
    await logAndSummarize(host, inputs, withoutLinks(manifest), { headline: would }, client.clock);
    setOutputs(host, outputsWithoutLinks(manifest));
    return;
  }
  const reports = await runReports.open(client.clock);
  const names = new Set(files.map(({ key }) => key.slice(base.length)));
  const preview = await previewOf(host, inputs, { names, generated }, client, signal);
  const { publication } = await publish(manifest, {
    log: host.log,
    linkMaker: await createLinkMaker(host, inputs, { terrapi, client, signal }, preview !== undefined),
    pages: pagesFor(client.clock, host.run, await indexPageFor({ names, generated }), preview),
    folder: { client, base, explain, signal },
  });
  const headline = `${publication.links ? 'Made links to' : 'Found'} ${count(manifest.fileCount, 'file')}`;
  const deferred = collectErrors(explain);
  const outputs = await reportPublication({ headline, publication, built: false }, inputs, {
    host,
    client,
    reports,
    settle: runReports.settle,
    deferred,
  });
  setOutputs(host, outputs);
  deferred.throwFirst();
}

/** Lists the destination, and separates the user's files from generated objects. */
async function filesBelow({
  client,
  base,
  s3Uri,
  explain,
}: Pick<Destination, 'client' | 'base' | 's3Uri' | 'explain'>): Promise<FolderContents> {
  try {
    return await separateGenerated(client, base, await listObjects(client, base));
  } catch (error) {
    return explain(`Objects in ${s3Uri} could not be listed`)(error);
  }
}

const noSums: ReadonlyMap<string, string> = new Map();

/** SHA-256 in hex by name, from the files SHA256SUMS that are up to date. Links work without digests, so an error is only logged. */
async function sumsOf(
  log: Log,
  { files, generated }: FolderContents,
  { client, base, s3Uri }: Pick<Destination, 'client' | 'base' | 's3Uri'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (![...generated.keys()].some(isChecksumsName)) return noSums;
  const { readStoredSums } = await import('./storedChecksums.ts');
  const reader = sessionReader(client);
  try {
    const etags = new Map(files.map(({ key, etag }) => [key, etag]));
    const etagOf = (name: string) => etags.get(`${base}${name}`);
    return await readStoredSums(log, { generated, etagOf }, { base, reader, signal });
  } catch (error) {
    signal.throwIfAborted();
    const what = `The checksums in ${sanitize(s3Uri)} are not shown, because they could not be read`;
    log.info(reader.describe(what, base, error).message);
    return noSums;
  }
}

function logFiles(log: Log, { files, fileCount, totalBytes }: Manifest): void {
  log.group(
    `What: ${count(fileCount, 'file')}, ${formatBytes(totalBytes)}`,
    firstAmong(files(), fileCount, 200, ({ name, size }) => `${name} (${formatBytes(size)})`),
  );
}

/** The index page to write. It keeps the commit of the page that an upload has written. */
async function indexPageFor({ names, generated }: Contents): Promise<IndexPageOptions> {
  const name = await freeIndexName(hasName(names));
  const before = generated.get(name);
  return { name, commit: before ? commitOf(before) : '' };
}

const hasName = (names: ReadonlySet<string>) => (name: string) => Promise.resolve(names.has(name));

/** The content of the destination, by names relative to it. */
interface Contents {
  readonly names: ReadonlySet<string>;
  readonly generated: FolderContents['generated'];
}

/** The preview to generate with the new links. With `preview: auto`, it is the one that an upload published. */
async function previewOf(
  host: Pick<Host, 'log' | 'run'>,
  { preview, links }: Pick<LinkInputs, 'preview' | 'links'>,
  { names: files, generated }: Contents,
  client: StorageClient,
  signal: AbortSignal,
): Promise<Page | undefined> {
  const existing = detectPreview(new Set(generated.keys()));
  if (preview === true || (preview === 'auto' && existing && links !== 'none')) {
    const { previewPage } = await import('./previewPage.ts');
    const names = existing ?? (await freePreviewNames(hasName(files)));
    const kept = parseSiteFlags(generated.get(names.worker)?.headers[siteFlagsHeader]?.toString());
    const flags = kept ?? unknownSiteFlags;
    return previewPage({ names, flags, isOptional: preview === 'auto' }, host, client, signal);
  }
  if (existing)
    host.log.notice(
      links === 'none'
        ? `The preview in this folder keeps its old links: remove ${setting('links', 'none')} to renew them.`
        : `The preview in this folder keeps its old links: remove ${setting('preview', 'false')} to renew them.`,
    );
  return undefined;
}

function manifestOf(
  { title, workspace, destination }: Pick<Manifest, 'title' | 'workspace' | 'destination'>,
  s3Uri: string,
  base: string,
  { files, sums, generated }: FolderContents & { readonly sums: ReadonlyMap<string, string> },
): Manifest {
  return {
    title,
    workspace,
    destination,
    s3Uri,
    fileCount: files.length,
    totalBytes: files.reduce((sum, { size }) => sum + size, 0),
    checksums: generated.has(checksumsName) ? checksumsBelow(base) : undefined,
    files: function* () {
      for (const { key, size, etag, lastModified } of files) {
        const name = key.slice(base.length);
        const modified = Number.isFinite(lastModified) ? lastModified : undefined;
        yield { name, key, size, contentType: mediaType(name), modified, etag, sha256: sums.get(name) };
      }
    },
  };
}

async function noFiles(destination: Destination): Promise<ActionError> {
  const hiding = await hidingObject(destination);
  return new ActionError(
    'no-files-to-link',
    `There is no file in ${sanitize(destination.s3Uri)} to make links to`,
    {
      hint: hiding
        ? `${hiding} Remove it, or choose another ${setting('destination')}.`
        : `Check ${setting('destination')} and ${setting('workspace')}: use the values of the upload, whose log and output 's3-uri' name the folder. The files may have been removed since.`,
    },
  );
}
