import type { Host } from '../hosts/host.ts';
import type { ReleaseLinkWriter, Reporter } from '../hosts/reporter.ts';
import type { Publication } from '../links/manifest.ts';
import type { ReportFailures } from './reportFailures.ts';
import { releaseLinks } from './releaseLinks.ts';
import { releaseNotes } from './releaseNotes.ts';

export interface ReleaseReportTools {
  readonly host: Pick<Host, 'log' | 'name' | 'run'>;
  readonly reporter: Reporter;
  readonly failures: ReportFailures;
  /** Identifies the table of this destination among those in the release. */
  readonly key: string;
  /** Milliseconds since the epoch, by the servers' clock. */
  readonly now: number;
}

/**
 * Writes the links of a publication to a release: as links of the release if the host has them, else as a table in its notes.
 * @returns the tag; undefined if nothing was written
 */
export async function reportRelease(
  tag: string,
  { publication, showLinks }: { readonly publication: Publication; readonly showLinks: boolean },
  tools: ReleaseReportTools,
): Promise<string | undefined> {
  const { host, reporter, failures, key, now } = tools;
  if (reporter.releaseLinks)
    return putLinks(tag, showLinks ? publication : undefined, reporter.releaseLinks, tools);
  const text = { key, run: host.run, host: host.name, now, showLinks };
  return failures.try('release', tag, reporter.releases, async (releases) => {
    await releases.editNotes(tag, (notes) =>
      releaseNotes(notes, publication, { ...text, limit: releases.limit }),
    );
    return tag;
  });
}

/** @param shown undefined if links must not be shown. Then there is nothing to write */
async function putLinks(
  tag: string,
  shown: Publication | undefined,
  writer: ReleaseLinkWriter,
  { host, failures }: ReleaseReportTools,
): Promise<string | undefined> {
  const links = shown ? releaseLinks(shown, writer.limit) : [];
  if (links.length === 0) {
    host.log.info(`The release '${tag}' gets no links, because this run shows none.`);
    return undefined;
  }
  return failures.try('release', tag, writer, async () => {
    await writer.put(tag, links);
    return tag;
  });
}
