import { tmpdir } from 'node:os';

import * as core from '@actions/core';

import type { UploadInputs } from '../inputs.ts';
import { type LinkedFile, writeLinksFile } from '../links/file.ts';
import { type SignedLinks, signSessionLinks } from '../links/session.ts';
import { setOutputs } from '../outputs.ts';
import type { Plan, Put } from '../plan.ts';
import { staleKeys } from '../changes.ts';
import { keptKeys } from './cleanup.ts';
import type { ComparedPlan } from './comparison.ts';
import { count, formatBytes, formatDuration } from '../quantities.ts';
import { type Changes, headline } from '../report/headline.ts';
import { firstOf, logGroup } from '../report/log.ts';
import { formatMoment, uploadSummary } from '../report/markdown.ts';
import { writeSummary } from '../report/summary.ts';
import { s3Uri } from '../s3uri.ts';
import type { StorageClient } from '../storage/client.ts';
import type { RemoteObject } from '../storage/listing.ts';

/** An output that is put into an environment variable fails past 128 KiB on Linux, so `urls` stays well below. */
const urlsLimit = 100 * 1024;

/** Signs links to all that was uploaded, and tells them: log, summary, links file, outputs. */
export async function publishLinks(
  inputs: UploadInputs,
  plan: ComparedPlan,
  client: StorageClient,
  deletedCount: number,
): Promise<void> {
  const links = await signSessionLinks(client, inputs.expiresIn);
  const url = ({ key }: Put) => links.url(key);
  if (inputs.maskLinks) hideLinks(plan.puts, url);
  const main = mainFile(plan);
  const unchanged = plan.unchanged.length;
  const expiresAt =
    links.endsAt === undefined ? '' : new Date(links.endsAt).toISOString().replace(/\.\d+Z$/, 'Z');
  warnOfExpiry(inputs, links, client);
  const location = s3Uri(client.location, plan.base);
  const header = {
    version: 1 as const,
    workspace: inputs.workspace,
    destination: inputs.destination,
    expires_at: expiresAt,
  };
  const linksFile = writeLinksFile(
    process.env['RUNNER_TEMP'] ?? tmpdir(),
    header,
    linkedFiles(plan, client, url),
  );
  const changes = {
    uploaded: plan.puts.length - unchanged,
    unchanged,
    deleted: deletedCount,
  };
  tellLinks(inputs, plan, links);
  core.info(headline(changes, false));
  tellMain(inputs, links, main);
  await writeSummary(uploadSummary(reportOf(inputs, plan, changes, location, links, main)));
  setOutputs({
    url: main ? url(main) : '',
    urls: urlsOutput(plan, url),
    'links-file': linksFile,
    'expires-at': expiresAt,
    's3-uri': location,
    'file-count': plan.puts.length,
    'total-bytes': plan.totalBytes,
    'uploaded-count': plan.puts.length - unchanged,
    'unchanged-count': unchanged,
    'deleted-count': deletedCount,
  });
}

/** Tells what an upload would write, replace and delete; no link is signed, for nothing is there to open. */
export async function publishPlan(
  inputs: UploadInputs,
  plan: ComparedPlan,
  client: StorageClient,
  askedAt: number,
): Promise<void> {
  const location = s3Uri(client.location, plan.base);
  const writes = plan.groups.flat();
  const { remote = new Map<string, RemoteObject>(), unchanged } = plan;
  const replaced = writes.filter(({ key }) => remote.has(key));
  const fresh = writes.filter(({ key }) => !remote.has(key));
  const stale = inputs.deleteStale ? staleKeys(plan.base, keptKeys(plan), remote.values(), askedAt) : [];
  const changes = {
    uploaded: plan.puts.length - unchanged.length,
    unchanged: unchanged.length,
    deleted: stale.length,
  };
  const tell = (title: string, names: readonly string[]) => {
    if (names.length > 0) logGroup(title, firstOf(names, 200, String));
  };
  tell(
    `Would upload ${count(fresh.length, 'new file')}`,
    fresh.map(({ name }) => name),
  );
  tell(
    `Would replace ${count(replaced.length, 'object')}`,
    replaced.map(({ name }) => name),
  );
  tell(`Would delete ${count(stale.length, 'stale object')}`, stale);
  core.info(`Dry run: ${headline(changes, true)}, in ${location}; nothing was written`);
  await writeSummary(uploadSummary(reportOf(inputs, plan, changes, location, undefined, undefined)));
  setOutputs({
    url: '',
    urls: '{}',
    'links-file': '',
    'expires-at': '',
    's3-uri': location,
    'file-count': plan.puts.length,
    'total-bytes': plan.totalBytes,
    'uploaded-count': 0,
    'unchanged-count': unchanged.length,
    'deleted-count': 0,
  });
}

function* linkedFiles(
  plan: ComparedPlan,
  { location }: StorageClient,
  url: (put: Put) => string,
): Generator<LinkedFile> {
  const unchanged = new Set(plan.unchanged);
  for (const put of plan.puts) {
    const sha256 = plan.sums.get(put.name);
    yield {
      path: put.name,
      key: put.key,
      s3_uri: s3Uri(location, put.key),
      url: url(put),
      size: put.file.size,
      content_type: put.contentType,
      ...(sha256 !== undefined && { sha256 }),
      status: unchanged.has(put) ? 'unchanged' : 'uploaded',
    };
  }
}

/** What `url` opens: the only file, else the page that leads to the others. */
function mainFile({ puts }: Plan): Put | undefined {
  return puts.length === 1 ? puts[0] : puts.find(({ name }) => name === 'index.html');
}

/** Has the runner mask links by the part without which they open nothing: the session's token, or else each link as a whole. */
function hideLinks(puts: readonly Put[], url: (put: Put) => string): void {
  const token = puts[0] && new URL(url(puts[0])).searchParams.get('X-Amz-Security-Token');
  for (const secret of token ? [token] : puts.map(url)) core.setSecret(secret);
}

function urlsOutput({ puts }: Plan, url: (put: Put) => string): string {
  const entries: string[] = [];
  let bytes = 2;
  for (const put of puts) {
    const entry = `${JSON.stringify(put.name)}:${JSON.stringify(url(put))}`;
    bytes += Buffer.byteLength(entry) + 1;
    entries.push(entry);
    if (bytes > urlsLimit) {
      core.warning(
        `The output 'urls' is left empty: ${count(puts.length, 'link')} would pass ${formatBytes(urlsLimit)}, more than can go from step to step in an environment variable. The file named by the output 'links-file' has them all.`,
      );
      return '';
    }
  }
  return `{${entries.join(',')}}`;
}

function warnOfExpiry({ expiresIn }: UploadInputs, { endsAt }: SignedLinks, { clock }: StorageClient): void {
  if (endsAt === undefined) {
    core.warning(
      `Nobody can say when the links end: the platform does not tell when its storage sessions do. The output 'expires-at' is empty.`,
    );
    return;
  }
  const left = (endsAt - clock.now()) / 1000;
  if (expiresIn !== undefined && expiresIn > left + 5) {
    core.warning(
      `'expires-in' asks for ${formatDuration(expiresIn)}, and links signed by a storage session end with it: these work for ${formatDuration(left)}, until ${formatMoment(endsAt)}.`,
    );
  }
}

function tellLinks({ maskLinks }: UploadInputs, { puts }: Plan, { url, endsAt }: SignedLinks): void {
  const until = endsAt === undefined ? '' : `, until ${formatMoment(endsAt)}`;
  logGroup(
    `Links: ${count(puts.length, 'file')}${until}`,
    maskLinks
      ? [`'mask-links: true' keeps them out of the log; the file of the output 'links-file' has them`]
      : firstOf(puts, 20, ({ key, name }) => `${name}: ${url(key)}`),
  );
}

function tellMain({ maskLinks }: UploadInputs, { url }: SignedLinks, main: Put | undefined): void {
  if (main && !maskLinks) core.info(`Open ${main.name}: ${url(main.key)}`);
  else if (!main)
    core.info(
      `The output 'url' is empty: there are several files and no index.html. The outputs 'urls' and 'links-file' have a link for each.`,
    );
}

function reportOf(
  inputs: UploadInputs,
  plan: ComparedPlan,
  changes: Changes,
  location: string,
  links: SignedLinks | undefined,
  main: Put | undefined,
) {
  const shown = (put: Put) => (inputs.maskLinks ? undefined : links?.url(put.key));
  const mainUrl = main && shown(main);
  return {
    changes,
    workspace: inputs.workspace,
    s3Uri: location,
    endsAt: links?.endsAt,
    dryRun: inputs.dryRun,
    main: main && mainUrl ? { name: main.name, url: mainUrl } : undefined,
    fileCount: plan.puts.length,
    totalBytes: plan.totalBytes,
    files: plan.puts.values().map((put) => ({
      name: put.name,
      size: put.file.size,
      contentType: put.contentType,
      url: shown(put),
    })),
  };
}
