import type { Clock } from '../http/clock.ts';
import type { Host, Log } from '../hosts/host.ts';
import type { LinkInputs } from '../config/links.ts';
import { type LinkedFile, writeLinksFile } from '../links/linksFile.ts';
import type { Links, Publication } from '../links/manifest.ts';
import type { LinksOutputs } from '../config/outputs.ts';
import { count, formatBytes, formatDuration, formatMoment } from '../text/format.ts';
import { firstAmong } from '../report/log.ts';
import { publishedSummary } from '../report/markdown.ts';
import { noReportIds, type ReportIds } from '../config/outputs.ts';
import { s3Uri } from '../storage/uri.ts';
import type { Location } from '../terrapi/location.ts';

/** An output that is put into an environment variable fails past 128 KiB on Linux, so `urls` stays well below. */
const urlsLimit = 100 * 1024;

/**
 * Tells what is published: links in the log, warnings about them, the job summary.
 * @param headline what this step did, e.g. `Uploaded 3 files`
 */
export async function logAndSummarize(
  host: Host,
  inputs: Pick<LinkInputs, 'links' | 'expiresIn' | 'maskLinks' | 'summary' | 'dryRun'>,
  published: Publication,
  headline: string,
  clock: Clock,
): Promise<void> {
  const { links } = published;
  if (links) {
    warnOfExpiry(host.log, inputs, links, clock);
    noticeOfPublicity(host, inputs);
    logLinks(host.log, inputs.maskLinks, published, links);
  }
  host.log.info(headline);
  if (published.main && !inputs.maskLinks)
    host.log.info(`Open ${published.main.name}: ${published.main.url}`);
  if (!inputs.summary) return;
  await host.summary(
    publishedSummary(published, {
      headline,
      now: clock.now(),
      showLinks: !inputs.maskLinks,
      dryRun: inputs.dryRun,
    }),
  );
}

/** What fell short when the main thing was done already: people get the rest even so, and then hear of it. */
export interface Shortfall {
  readonly error: unknown;
}

export function attempt<T>(work: () => T): { readonly value?: T; readonly shortfall?: Shortfall } {
  try {
    return { value: work() };
  } catch (error) {
    return { shortfall: { error } };
  }
}

/** Writes the links file, and gives the outputs that say what is published; without that file where it cannot be written. */
export function publishedOutputs(
  host: Host,
  published: Publication,
  location: Location,
): { readonly outputs: Omit<LinksOutputs, keyof ReportIds>; readonly unwritten: Shortfall | undefined } {
  const { workspace, destination, links, main, fileCount, totalBytes } = published;
  const expiresAt = links?.expiresAt === undefined ? '' : rfc3339(links.expiresAt);
  const header = {
    version: 1 as const,
    workspace,
    destination,
    expires_at: expiresAt,
  };
  const { value: linksFile = '', shortfall: unwritten } = attempt(() =>
    writeLinksFile(host.tempDir(), header, linkedFiles(published, location), links),
  );
  const outputs = {
    url: main?.url ?? '',
    preview: String(published.preview !== undefined),
    urls: links ? urlsOutput(host.log, published, links) : '{}',
    'links-file': linksFile,
    'expires-at': expiresAt,
    's3-uri': published.s3Uri,
    'file-count': fileCount,
    'total-bytes': totalBytes,
  };
  return { outputs, unwritten };
}

/** The outputs of a run that made no links, as there was nothing or it was a dry run. */
export function unpublishedOutputs({
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

/** RFC 3339, UTC, in whole seconds and never later than it is. */
function rfc3339(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
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

function urlsOutput(log: Log, { files, fileCount }: Publication, { url }: Links): string {
  const entries: string[] = [];
  let bytes = 2;
  for (const { name, key } of files()) {
    const entry = `${JSON.stringify(name)}:${JSON.stringify(url(key))}`;
    bytes += Buffer.byteLength(entry) + 1;
    entries.push(entry);
    if (bytes > urlsLimit) {
      log.info(
        `The output 'urls' is left empty: ${count(fileCount, 'link')} would pass ${formatBytes(urlsLimit)}, more than can go from step to step in an environment variable. The file named by the output 'links-file' has them all.`,
      );
      return '';
    }
  }
  return `{${entries.join(',')}}`;
}

function warnOfExpiry(
  log: Log,
  { links: kind, expiresIn }: Pick<LinkInputs, 'links' | 'expiresIn'>,
  { expiresAt, signedBy, whySession }: Links,
  clock: Clock,
): void {
  if (expiresAt === undefined) {
    const why =
      signedBy === 'session'
        ? 'the platform does not tell when its storage sessions do'
        : 'those that the platform signs do not tell it';
    log.warning(
      'unknown-expiry',
      `Nobody can say when the links end: ${why}. The output 'expires-at' is empty.`,
    );
    return;
  }
  if (expiresIn === undefined) return;
  const left = (expiresAt - clock.now()) / 1000;
  const had = `these work for ${formatDuration(left)}, until ${formatMoment(expiresAt)}`;
  const asked = `'expires-in' asks for ${formatDuration(expiresIn)}`;
  const isLess = expiresIn > left + (signedBy === 'platform' ? 60 : 5);
  if (signedBy === 'platform' && (isLess || (kind === 'platform' && left > expiresIn + 60)))
    log.warning(
      'expires-in',
      `${asked}, and how long links signed by the platform work is the platform's to say: ${had}.`,
    );
  else if (isLess && whySession !== undefined)
    log.warning(
      'expires-in',
      `${asked}, but the storage session signed the links, which expire with it: ${had}. Why the session: ${whySession}.`,
    );
  else if (isLess)
    log.warning(
      'expires-in',
      `${asked}, and links signed by a storage session end with it: ${had}. 'links: auto' or 'links: platform' makes links that work longer; or ask for less.`,
    );
}

/** What everybody can read of a public repository's runs is no place for what must stay among a few. */
function noticeOfPublicity(
  host: Host,
  { maskLinks, summary }: Pick<LinkInputs, 'maskLinks' | 'summary'>,
): void {
  if (maskLinks || host.run.isPublic !== true) return;
  host.log.notice(
    `This repository is public: until they end, the links in ${summary ? 'log and summary' : 'the log'} of this run, and in comments, can be opened by anybody. 'mask-links: true' keeps them out.`,
  );
}

function logLinks(log: Log, maskLinks: boolean, { files, fileCount }: Publication, links: Links): void {
  const by = links.signedBy === 'platform' ? ', signed by the platform' : '';
  const until = links.expiresAt === undefined ? '' : `, until ${formatMoment(links.expiresAt)}`;
  log.group(
    `Links: ${count(fileCount, 'file')}${by}${until}`,
    maskLinks
      ? [`'mask-links: true' keeps them out of the log; the file of the output 'links-file' has them`]
      : firstAmong(files(), fileCount, 20, ({ key, name }) => `${name}: ${links.url(key)}`),
  );
}
