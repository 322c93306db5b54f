import type { LinkInputs } from '../config/links.ts';
import type { LinksOutputs } from '../config/outputs.ts';
import type { Host } from '../hosts/host.ts';
import type { PublicationReport, Reports } from '../report/stepReports.ts';
import type { StorageClient } from '../storage/client.ts';
import type { DeferredErrors } from './deferredErrors.ts';
import { linkOutputs, writeLinks } from './linkOutputs.ts';
import { logAndSummarize } from './publicationLog.ts';

export interface ReportPublicationTools {
  readonly host: Host;
  readonly client: Pick<StorageClient, 'clock' | 'location'>;
  readonly reports: Reports;
  /** Gets an error of the links file. */
  readonly deferred: DeferredErrors;
}

/**
 * Shows a publication in all places: log, summary, links file, comment, deployment and release.
 * @returns the outputs about it
 */
export async function reportPublication(
  { headline, publication, built }: Omit<PublicationReport, 'showLinks'>,
  inputs: Pick<LinkInputs, 'links' | 'expiresIn' | 'maskLinks' | 'summary' | 'dryRun'>,
  { host, client, reports, deferred }: ReportPublicationTools,
): Promise<LinksOutputs> {
  await logAndSummarize(host, inputs, publication, headline, client.clock);
  const linksFile = await deferred.attempt(`the links file could not be written`, () =>
    writeLinks(host.tempDir, publication, client.location),
  );
  const outputs = linkOutputs(host.log, publication, linksFile ?? '');
  const showLinks = !inputs.maskLinks;
  const ids = await reports.showPublication({ headline, publication, built, showLinks });
  return { ...outputs, ...ids };
}
