import type { LinkInputs } from '../config/links.ts';
import type { LinksOutputs } from '../config/outputs.ts';
import type { Host } from '../hosts/host.ts';
import type { PublicationReport, Reports } from '../report/reports.ts';
import type { StorageClient } from '../storage/client.ts';
import type { DeferredErrors } from './deferredErrors.ts';
import { linkOutputs, writeLinks } from './linkOutputs.ts';
import { logAndSummarize } from './publicationLog.ts';

export interface ReportPublicationTools {
  readonly host: Host;
  readonly client: Pick<StorageClient, 'clock' | 'location'>;
  readonly reports: Reports;
  /** Called when the reports show the publication. */
  readonly settle: () => void;
  /** Errors that fail the step after its reports. Gets an error of the links file too. */
  readonly deferred: DeferredErrors;
}

/**
 * Shows a publication in all places: log, summary, links file, comment, deployment and release.
 * @returns the outputs about it
 */
export async function reportPublication(
  { headline, publication, built }: Omit<PublicationReport, 'showLinks' | 'failedLog'>,
  inputs: Pick<LinkInputs, 'links' | 'expiresIn' | 'maskLinks' | 'summary' | 'dryRun'>,
  { host, client, reports, settle, deferred }: ReportPublicationTools,
): Promise<LinksOutputs> {
  const linksFile = await deferred.attempt(`the links file could not be written`, () =>
    writeLinks(host.tempDir, publication, client.location),
  );
  const failedLog = deferred.hasErrors() ? host.run.url : undefined;
  await logAndSummarize(host, inputs, publication, { headline, failedLog }, client.clock);
  const outputs = linkOutputs(host.log, publication, linksFile ?? '');
  const showLinks = !inputs.maskLinks;
  const ids = await reports.showPublication({ headline, publication, built, showLinks, failedLog });
  settle();
  return { ...outputs, ...ids };
}
