import type { Clock } from '../http/clock.ts';
import type { Host, Log } from '../hosts/host.ts';
import type { LinkInputs } from '../config/links.ts';
import type { Links, Publication } from '../links/manifest.ts';
import { count, formatDuration, formatMoment } from '../text/format.ts';
import type { UploadChanges } from '../sync/uploadChanges.ts';
import { changeWords, sinceWords } from '../text/changes.ts';
import { firstAmong, firstOf } from '../report/log.ts';
import { type SummaryOptions, publicationSummary } from '../report/summary.ts';
import { setting } from '../text/wording.ts';

/** Logs the links of a publication with warnings about them, and writes the job summary. */
export async function logAndSummarize(
  host: Pick<Host, 'log' | 'run' | 'summary' | 'hiddenLinks'>,
  inputs: Pick<LinkInputs, 'links' | 'expiresIn' | 'maskLinks' | 'summary' | 'dryRun'>,
  publication: Publication,
  text: Pick<SummaryOptions, 'headline' | 'failedLog'>,
  clock: Clock,
): Promise<void> {
  const { links, main } = publication;
  const { maskLinks, summary, dryRun } = inputs;
  const hidden = maskLinks ? masked() : host.hiddenLinks?.line;
  if (links) {
    warnAboutExpiry(host.log, inputs, links, clock);
    if (hidden === undefined && host.run.isPublic === true) noticePublicLinks(host.log, summary);
    logLinks(host.log, hidden, publication, links);
  }
  host.log.info(text.headline);
  if (publication.changes) logChanges(host.log, publication.changes);
  if (main && hidden === undefined) host.log.info(`Open ${main.name}: ${main.url}`);
  if (!summary) return;
  await host.summary(
    publicationSummary(publication, {
      ...text,
      commitUrl: host.run.commitUrl,
      showLinks: !maskLinks,
      dryRun,
    }),
  );
}

function logChanges(log: Log, { added, changed, gone, commit, files, goneNames }: UploadChanges): void {
  const words = changeWords(added, changed, gone);
  if (words === undefined) return;
  const lines = [
    ...firstAmong(files, files.size, 50, ([name, change]) => `${change}: ${name}`),
    ...firstOf(goneNames, 50, (name) => `gone: ${name}`),
  ];
  log.group(`Changes ${sinceWords(commit)}: ${words}`, lines);
}

function warnAboutExpiry(
  log: Log,
  { links: kind, expiresIn }: Pick<LinkInputs, 'links' | 'expiresIn'>,
  { expiresAt, signedBy, whySession }: Links,
  clock: Clock,
): void {
  if (expiresAt === undefined) {
    const why =
      signedBy === 'session'
        ? 'the platform does not say when its storage sessions expire'
        : 'links that the platform signs do not contain it';
    log.warning('unknown-expiry', `Link expiry is unknown: ${why}. The output 'expires-at' is empty.`);
    return;
  }
  if (expiresIn === undefined) return;
  const left = (expiresAt - clock.now()) / 1000;
  const actual = `these links expire in ${formatDuration(left)}, at ${formatMoment(expiresAt)}`;
  const asked = `${setting('expires-in')} asks for ${formatDuration(expiresIn)}`;
  // With `links: auto` it is no surprise that links of the platform last longer.
  if (signedBy === 'platform') {
    const isOff = kind === 'auto' ? expiresIn - left > 60 : Math.abs(expiresIn - left) > 60;
    if (isOff)
      log.warning('expires-in', `${asked}, but the platform decides how long its links work: ${actual}.`);
    return;
  }
  if (expiresIn <= left + 5) return;
  const remedy =
    whySession === undefined
      ? `For links that last longer, use ${setting('links', 'auto')} or ${setting('links', 'platform')}. Or ask for a shorter lifetime.`
      : `These are session links: ${whySession}.`;
  log.warning(
    'expires-in',
    `${asked}, but a link expires with the storage session that signed it: ${actual}. ${remedy}`,
  );
}

/** The runs of a public repository are public, and so is what they log. */
function noticePublicLinks(log: Log, summary: boolean): void {
  log.notice(
    `This repository is public. Anybody can open the links in ${summary ? 'the log and summary' : 'the log'} of this run, and in comments, until they expire. Use ${setting('mask-links', 'true')} to keep links out of these places.`,
  );
}

const masked = () =>
  `${setting('mask-links', 'true')} keeps the links out of the log. The file in the output 'links-file' has them.`;

/** @param hidden the line to log in place of the links; undefined if the log may show them */
function logLinks(
  log: Log,
  hidden: string | undefined,
  { files, fileCount }: Publication,
  links: Links,
): void {
  const by = links.signedBy === 'platform' ? ', signed by the platform' : '';
  const until = links.expiresAt === undefined ? '' : `, until ${formatMoment(links.expiresAt)}`;
  log.group(
    `Links: ${count(fileCount, 'file')}${by}${until}`,
    hidden !== undefined
      ? [hidden]
      : firstAmong(files(), fileCount, 20, ({ key, name }) => `${name}: ${links.url(key)}`),
  );
}
