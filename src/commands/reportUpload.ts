import type { UploadInputs } from '../config/upload.ts';
import { type LinksOutputs, type UploadOutputs, setOutputs } from '../config/outputs.ts';
import type { Publication } from '../links/manifest.ts';
import { type Changes, headline } from '../report/headline.ts';
import type { ComparedPlan } from './compare.ts';
import type { Connection } from './connect.ts';
import { collectErrors } from './deferredErrors.ts';
import { type ReportPublicationTools, reportPublication } from './reportPublication.ts';
import { shareFolder } from './share.ts';
import type { storedExplainer } from './storedExplainer.ts';

/** What an upload has done. */
export interface FinishedUpload {
  readonly plan: ComparedPlan;
  readonly publication: Publication;
  /** Number of stale objects. */
  readonly deleted: number;
}

interface UploadReportTools extends Pick<ReportPublicationTools, 'client' | 'reports' | 'settle'> {
  readonly connection: Connection;
  readonly explainStored: ReturnType<typeof storedExplainer>;
}

/** Shares the files, reports the upload, and sets the outputs. An error here fails the step, but only after the links are reported. */
export async function reportUpload(
  inputs: UploadInputs,
  { plan, publication, deleted }: FinishedUpload,
  { connection: { host, terrapi }, client, reports, settle, explainStored }: UploadReportTools,
): Promise<void> {
  const deferred = collectErrors(explainStored);
  await deferred.attempt(`they could not be shared`, () => shareFolder(host.log, inputs, terrapi));
  const changes = changesOf(plan, deleted);
  const report = { headline: headline(changes, false), publication, built: true };
  const tools = { host, client, reports, settle, deferred };
  const outputs = await reportPublication(report, inputs, tools);
  await deferred.attempt(`not all outputs could be set`, () =>
    setOutputs(host, { ...outputs, ...uploadOutputs(plan, changes) }),
  );
  deferred.throwFirst();
}

/** What an upload did, in numbers. */
function changesOf({ puts, unchanged }: ComparedPlan, deleted: number): Changes {
  return { uploaded: puts.length - unchanged.length, unchanged: unchanged.length, deleted };
}

/** The outputs that only this action has. */
function uploadOutputs(
  { checksumsFile = '' }: Pick<ComparedPlan, 'checksumsFile'>,
  { uploaded, unchanged, deleted }: Changes,
): Omit<UploadOutputs, keyof LinksOutputs> {
  return {
    'checksums-file': checksumsFile,
    'uploaded-count': uploaded,
    'unchanged-count': unchanged,
    'deleted-count': deleted,
  };
}
