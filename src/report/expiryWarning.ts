import type { Host } from '../hosts/host.ts';
import { formatDuration } from '../text/format.ts';
import { setting, wording } from '../text/wording.ts';
import type { PublicationReport } from './reports.ts';

/** Milliseconds. Links that expire sooner are likely to have expired when somebody reads the report. */
const soonMs = 3_600_000;

/** Warns if the links of a report expire so soon that few people can use them. @param now milliseconds since the epoch */
export function warnAboutExpiry(
  host: Pick<Host, 'log' | 'name'>,
  { publication: { links }, showLinks }: PublicationReport,
  now: number,
): void {
  const left = links?.expiresAt === undefined || !showLinks ? Infinity : links.expiresAt - now;
  if (left > soonMs || !links) return;
  const { signedBy, whySession } = links;
  const renew = wording().action('links');
  const remedy =
    signedBy === 'platform'
      ? `Run ${renew} on a schedule to renew them`
      : whySession === undefined
        ? `For links that last longer, use ${setting('links', 'auto')} or ${setting('links', 'platform')}`
        : `They are session links: ${whySession}. To get new links, run ${renew}`;
  host.log.warning(
    'links-expire-soon',
    `The links in the comment, deployment or release on ${host.name} expire in ${formatDuration(left / 1000)}. ${remedy}.`,
  );
}
