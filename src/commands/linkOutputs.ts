import type { Log } from '../hosts/host.ts';
import { type ChecksumsFile, type LinkedFile, writeLinksFile } from '../links/linksFile.ts';
import type { LinkedChecksums, Links, Publication } from '../links/manifest.ts';
import { type LinksOutputs, type ReportIds, noReportIds } from '../config/outputs.ts';
import { count, formatBytes } from '../text/format.ts';
import { s3Uri } from '../storage/uri.ts';
import type { Location } from '../terrapi/location.ts';

/** Bytes of the output `urls` at most. Linux allows 128 KiB for an environment variable, so that later steps can use it. */
const urlsLimit = 100 * 1024;

/** The outputs about a publication. */
export function linkOutputs(
  log: Log,
  { s3Uri: place, links, main, preview, fileCount, totalBytes, files }: Publication,
  linksFile: string,
): Omit<LinksOutputs, keyof ReportIds> {
  return {
    url: main?.url ?? '',
    preview: String(preview !== undefined),
    urls: links ? urlsOutput(log, { fileCount, files }, links) : '{}',
    'links-file': linksFile,
    'expires-at': expiresAt(links),
    's3-uri': place,
    'file-count': fileCount,
    'total-bytes': totalBytes,
  };
}

/** The outputs of a run without links: there were no files, or it was a dry run. */
export function outputsWithoutLinks({
  s3Uri: place,
  fileCount,
  totalBytes,
}: Pick<Publication, 's3Uri' | 'fileCount' | 'totalBytes'>): LinksOutputs {
  return {
    ...noReportIds,
    url: '',
    preview: 'false',
    urls: '{}',
    'links-file': '',
    'expires-at': '',
    's3-uri': place,
    'file-count': fileCount,
    'total-bytes': totalBytes,
  };
}

/**
 * Writes the links file.
 * @returns its path
 */
export function writeLinks(tempDir: () => string, publication: Publication, location: Location): string {
  const { workspace, destination, links, checksums } = publication;
  const header = {
    version: 1 as const,
    workspace,
    destination,
    expires_at: expiresAt(links),
    ...(checksums && { checksums: checksumsFile(checksums, location) }),
  };
  return writeLinksFile(tempDir(), header, linkedFiles(publication, location), links);
}

function checksumsFile({ name, key, url }: LinkedChecksums, location: Location): ChecksumsFile {
  return { path: name, key, s3_uri: s3Uri(location, key), ...(url !== undefined && { url }) };
}

/** RFC 3339, UTC, in whole seconds and never too late; empty if the expiry is unknown. */
function expiresAt(links: Links | undefined): string {
  if (links?.expiresAt === undefined) return '';
  return new Date(links.expiresAt).toISOString().replace(/\.\d+Z$/, 'Z');
}

function* linkedFiles({ files }: Publication, location: Location): Generator<LinkedFile> {
  for (const { name, key, size, contentType, sha256, status } of files()) {
    yield {
      path: name,
      key,
      s3_uri: s3Uri(location, key),
      size,
      content_type: contentType,
      ...(sha256 !== undefined && { sha256 }),
      ...(status !== undefined && { status }),
    };
  }
}

function urlsOutput(
  log: Log,
  { files, fileCount }: Pick<Publication, 'files' | 'fileCount'>,
  { url }: Links,
): string {
  const entries: string[] = [];
  let bytes = 2;
  for (const { name, key } of files()) {
    const entry = `${JSON.stringify(name)}:${JSON.stringify(url(key))}`;
    bytes += Buffer.byteLength(entry) + 1;
    entries.push(entry);
    if (bytes > urlsLimit) {
      log.info(
        `The output 'urls' is empty: ${count(fileCount, 'link')} are more than ${formatBytes(urlsLimit)}, the limit for environment variables. The file in the output 'links-file' has all links.`,
      );
      return '';
    }
  }
  return `{${entries.join(',')}}`;
}
