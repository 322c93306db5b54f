import { readFileSync } from 'node:fs';

import { isTransient } from '../http/transientErrors.ts';
import { ActionError } from '../errors/error.ts';
import type { Host, Log } from '../hosts/host.ts';
import type { Page } from '../links/page.ts';
import type { Links, Publication } from '../links/manifest.ts';
import type { Put } from '../sync/plan.ts';
import { type SiteCheckResult, createSiteCheck, isChecked } from '../preview/siteCheck.ts';
import { describeFinding } from '../preview/findingMessages.ts';
import type { PreviewNames } from '../preview/previewNames.ts';
import { checkOrigins } from '../preview/linkOrigins.ts';
import type { PreviewSite } from '../preview/previewData.ts';
import { missingIndexWarning } from '../preview/missingIndex.ts';
import type { SiteFlags } from '../preview/previewMetadata.ts';
import { sanitize } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import { firstOf } from '../report/log.ts';
import type { StorageClient } from '../storage/client.ts';
import { sendRequest } from '../storage/wireRequest.ts';
import { createStorageRetrier, storageError } from '../storage/s3Error.ts';
import { isHtml } from '../files/webPages.ts';
import type { Destination } from './openDestination.ts';
import { setting } from '../text/wording.ts';

/** The site check reads pages and scripts up to this size in bytes, each and together. More would take seconds. */
const largestText = 4 * 1024 ** 2;
const mostText = 128 * 1024 ** 2;

interface PreviewPageOptions {
  readonly names: PreviewNames;
  readonly flags: SiteFlags;
  /** See {@link Page}. */
  readonly isOptional: boolean;
}

/** The preview of a site: one link opens the whole site. */
export function previewPage(
  { names, flags, isOptional }: PreviewPageOptions,
  host: Pick<Host, 'log' | 'run'>,
  client: StorageClient,
  signal: AbortSignal,
): Page {
  return {
    entry: names.entry,
    label: 'preview',
    opens: 'first',
    isOptional,
    make: async function* (published, linkTo) {
      const { entryObject, previewSite, workerObject } = await import('../preview/previewObjects.ts');
      const links = linksOf(published);
      const site = previewSite(published, links, { names, flags, origin: host.run.origin });
      // Before anything is written.
      if (isOptional && site.links.rest.some((rest) => rest.startsWith('#')))
        throw new ActionError(
          'preview-not-possible',
          'The links do not end in the names of the files below one folder',
        );
      const missing = missingIndexWarning(new Set(site.names), published.s3Uri);
      if (missing !== undefined) host.log.warning('preview-without-index', missing);
      yield workerObject(site, flags);
      const worker = await linkTo(names.worker);
      yield entryObject(published, links, site, worker);
      await refuseOrigins(
        { [names.entry]: await linkTo(names.entry), [names.worker]: worker },
        site,
        client,
        signal,
      );
    },
  };
}

/** Checks the pages and scripts of a site, and logs what does not work in a preview. */
export function checkSite(
  log: Log,
  puts: readonly Put[],
  { client, base }: Pick<Destination, 'client' | 'base'>,
): SiteFlags {
  const check = createSiteCheck(
    puts.map(({ name }) => name),
    client.path(base),
    client.location.endpoint.protocol === 'https:',
  );
  let left = mostText;
  for (const { name, file } of puts) {
    if (!isChecked(name) || file.size > largestText || file.size > left) continue;
    left -= file.size;
    check.read(name, readFileSync(file.path, 'utf8'));
  }
  const { findings, flags } = check.result();
  logCheck(log, findings, puts);
  return flags;
}

function logCheck(log: Log, findings: SiteCheckResult['findings'], puts: readonly Put[]): void {
  const pages = puts.filter(({ name }) => isHtml(name));
  const described = findings.map((finding) => ({ ...describeFinding(finding), finding }));
  log.group(
    `Preview: ${count(pages.length, 'page')}, ${count(puts.length, 'file')}`,
    described.length === 0
      ? ['Preview check: no problems']
      : described.flatMap(({ text, finding: { places, files } }) => [
          text,
          ...firstOf(places, places.length, (place) => `  ${sanitize(place)}`),
          ...(files > places.length ? [`  … and in ${count(files - places.length, 'more file')}`] : []),
        ]),
  );
  for (const { text, isProblem, finding } of described)
    if (isProblem) log.warning('preview-problem', `${text} (${finding.places[0] ?? ''})`);
}

/** @throws ActionError `preview-not-possible` if the links are on hosts that do not allow the entry page to read them */
async function refuseOrigins(
  own: Readonly<Record<string, string>>,
  site: PreviewSite,
  client: StorageClient,
  signal: AbortSignal,
): Promise<void> {
  const { problem, foreign } = checkOrigins(own, site.links, site.names);
  const [first = ''] = Object.values(own);
  const reasons = problem === undefined ? [] : [problem];
  for (const link of foreign) {
    const { origin } = new URL(link);
    if (!(await allowsOrigin(link, new URL(first).origin, client, signal)))
      reasons.push(`${origin} does not let pages of ${new URL(first).origin} read files (CORS)`);
  }
  if (reasons.length === 0) return;
  throw new ActionError(
    'preview-not-possible',
    `The links of the platform cannot be used for a preview: ${reasons.join('; ')}`,
    {
      hint: `Set ${setting('links', 'auto')} or ${setting('links', 'session')}, or ${setting('preview', 'false')}.`,
    },
  );
}

/** Whether the host of a link allows pages of `origin` to read it. It asks like a browser, with the header `If-Match` (CORS preflight). */
async function allowsOrigin(
  link: string,
  origin: string,
  client: StorageClient,
  signal: AbortSignal,
): Promise<boolean> {
  const { origin: host, pathname, search } = new URL(link);
  const retrier = createStorageRetrier(client.clock, { signal });
  const request = { origin: host, path: `${pathname}${search}`, headers: { origin } };
  const ask = (method: 'GET' | 'OPTIONS', headers: Readonly<Record<string, string>>) =>
    retrier(async () => {
      const sent = { ...request, method, headers: { ...request.headers, ...headers } };
      const answered = await sendRequest(client.transport.dispatcher, sent, { signal, stallMs: 15_000 });
      const error = storageError(answered.status, answered.headers, answered.body);
      if (isTransient(error)) throw error;
      return answered;
    });
  const [preflight, answer] = await Promise.all([
    ask('OPTIONS', {
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'if-match,range',
    }),
    ask('GET', { range: 'bytes=0-0' }),
  ]);
  const allows = ({ headers }: typeof answer) =>
    ['*', origin].includes(String(headers['access-control-allow-origin'] ?? ''));
  const allowed = String(preflight.headers['access-control-allow-headers'] ?? '').toLowerCase();
  return allows(preflight) && allows(answer) && (allowed.includes('*') || allowed.includes('if-match'));
}

function linksOf({ links }: Publication): Links {
  if (!links) throw new Error('A preview is made of links, and there are none.');
  return links;
}
