import { ActionError } from '../errors/error.ts';
import type { Host, Log } from '../hosts/host.ts';
import { type LinkInputs, readLinkInputs } from '../config/links.ts';
import type { Page } from '../links/generated.ts';
import type { Manifest } from '../links/manifest.ts';
import { mediaType } from '../files/media.ts';
import { type FolderContents, separateGenerated } from '../preview/folderContents.ts';
import { detectPreview } from '../preview/previewNames.ts';
import { parseSiteFlags, siteFlagsHeader, unknownSiteFlags } from '../preview/siteFlags.ts';
import { setOutputs } from '../config/outputs.ts';
import { sanitize } from '../text/sanitize.ts';
import { count, formatBytes } from '../text/format.ts';
import { firstAmong } from '../report/log.ts';
import type { StorageClient } from '../storage/client.ts';
import { listObjects } from '../storage/listing.ts';
import { type Connection, withConnection } from './connect.ts';
import { linkMaker } from './createLinks.ts';
import { readInputs } from './inputs.ts';
import { publish } from './publish.ts';
import { existingObjectAt } from './existingObject.ts';
import { freeIndexName, freePreviewNames, pagesFor } from './pages.ts';
import { publishedOutputs, logAndSummarize, unpublishedOutputs } from './publication.ts';
import { type Destination, openDestination } from './destination.ts';
import { withReports } from './reports.ts';
import { runCommand } from './run.ts';

/** The `links` action: signs links again to what is below the destination, and uploads nothing but the pages that carry them. */
export function run(host: Host): Promise<void> {
  return runCommand(host, async (cancellation) => {
    const inputs = readInputs(host, readLinkInputs);
    if (!inputs) return;
    if (!inputs.dryRun) host.tempDir();
    await withConnection(host, inputs, 16, cancellation, (connection) => renewLinks(inputs, connection));
  });
}

async function renewLinks(inputs: LinkInputs, connection: Connection): Promise<void> {
  const { host, terrapi, cancellation } = connection;
  const { signal } = cancellation;
  const destination = await openDestination(inputs, connection);
  const { client, base, s3Uri, explain } = destination;
  const objects = await listObjects(client, base).catch(
    explain(`What is in ${s3Uri} could not be looked at`),
  );
  const { files: found, generated } = await separateGenerated(client, base, objects).catch(
    explain(`What is in ${s3Uri} could not be looked at`),
  );
  const manifest = manifestOf(inputs, s3Uri, base, found);
  if (manifest.fileCount === 0) throw await nothingThere(destination);
  logFiles(host.log, manifest);
  const names = new Set(found.map(({ key }) => key.slice(base.length)));
  const index = await freeIndexName(hasName(names));
  await withReports(host, inputs, client.clock, signal, async (reports) => {
    const preview = inputs.dryRun
      ? undefined
      : await previewOf(host, inputs, names, generated, client, signal);
    const { published } = inputs.dryRun
      ? { published: { ...manifest, links: undefined, main: undefined } }
      : await publish(
          host.log,
          manifest,
          await linkMaker(host, inputs, { terrapi, client, signal }, preview !== undefined),
          pagesFor(client.clock, host.run, index, preview),
          { ...destination, signal },
        );
    const files = count(manifest.fileCount, 'file');
    const headline = inputs.dryRun
      ? `Dry run: would make links to ${files}`
      : published.links
        ? `Made links to ${files}`
        : `Found ${files}`;
    await logAndSummarize(host, inputs, published, headline, client.clock);
    if (inputs.dryRun) {
      setOutputs(host, unpublishedOutputs(manifest));
      return;
    }
    const { outputs, unwritten } = publishedOutputs(host, published, client.location);
    const told = { headline, published, built: false, showLinks: !inputs.maskLinks };
    setOutputs(host, { ...outputs, ...(await reports.published(told)) });
    if (unwritten) throw unwritten.error;
  });
}

function logFiles(log: Log, { files, fileCount, totalBytes }: Manifest): void {
  log.group(
    `What: ${count(fileCount, 'file')}, ${formatBytes(totalBytes)}`,
    firstAmong(files(), fileCount, 200, ({ name, size }) => `${name} (${formatBytes(size)})`),
  );
}

const hasName = (names: ReadonlySet<string>) => (name: string) => Promise.resolve(names.has(name));

/** The preview with the new links, where one is wanted: with `preview: auto` the one that an upload has published. */
async function previewOf(
  host: Host,
  { preview, links }: Pick<LinkInputs, 'preview' | 'links'>,
  files: ReadonlySet<string>,
  generated: FolderContents['generated'],
  client: StorageClient,
  signal: AbortSignal,
): Promise<Page | undefined> {
  const own = detectPreview(new Set(generated.keys()));
  if (preview === true || (preview === 'auto' && own && links !== 'none')) {
    const { previewPage } = await import('./preview.ts');
    const names = own ?? (await freePreviewNames(hasName(files)));
    const kept = parseSiteFlags(generated.get(names.worker)?.headers[siteFlagsHeader]?.toString());
    const flags = kept ?? unknownSiteFlags;
    return previewPage({ names, flags, isOptional: preview === 'auto' }, host, client, signal);
  }
  if (own)
    host.log.notice(
      links === 'none'
        ? `There is a preview here, and 'links: none' does not renew its links.`
        : `There is a preview here, and 'preview: false' does not renew its links: leave 'preview' out, or set it to 'auto'.`,
    );
  return undefined;
}

function manifestOf(
  { workspace, destination }: Pick<LinkInputs, 'workspace' | 'destination'>,
  s3Uri: string,
  base: string,
  files: FolderContents['files'],
): Manifest {
  return {
    workspace,
    destination,
    s3Uri,
    fileCount: files.length,
    totalBytes: files.reduce((sum, { size }) => sum + size, 0),
    files: function* () {
      for (const { key, size, etag, lastModified } of files) {
        const name = key.slice(base.length);
        const modified = Number.isFinite(lastModified) ? lastModified : undefined;
        yield { name, key, size, contentType: mediaType(name), modified, etag };
      }
    },
  };
}

async function nothingThere(destination: Destination): Promise<ActionError> {
  const obstacle = await existingObjectAt(destination);
  return new ActionError(
    'no-files-to-link',
    `There is no file in ${sanitize(destination.s3Uri)} to make links to`,
    {
      hint: obstacle
        ? `${obstacle} Remove it, or choose another 'destination'.`
        : `Check 'destination' and 'workspace': they are the same as those of the upload, whose log and output 's3-uri' say where the files went. They may have been removed since.`,
    },
  );
}
