import { ActionError, messageOf } from '../errors/error.ts';
import type { Host } from '../hosts/host.ts';
import { wording } from '../text/wording.ts';

/** IDs of the reports that a step wrote, by output name. Empty if it wrote none. */
export interface ReportIds {
  readonly 'comment-id': number | '';
  readonly 'deployment-id': number | '';
}

export const noReportIds: ReportIds = { 'comment-id': '', 'deployment-id': '' };

/** Outputs of every action that makes links, named as in its `action.yml`. */
export interface LinksOutputs extends ReportIds {
  readonly url: string;
  /** `true` if `url` opens a preview, else `false`. */
  readonly preview: string;
  readonly urls: string;
  readonly 'links-file': string;
  readonly 'expires-at': string;
  readonly 's3-uri': string;
  readonly 'file-count': number;
  readonly 'total-bytes': number;
}

/** Outputs of the root action. */
export interface UploadOutputs extends LinksOutputs {
  /** Path of the uploaded `SHA256SUMS` on the runner; empty without it. */
  readonly 'checksums-file': string;
  readonly 'uploaded-count': number;
  readonly 'unchanged-count': number;
  readonly 'deleted-count': number;
}

/** Outputs of the `remove` action. */
export interface RemoveOutputs extends ReportIds {
  readonly 's3-uri': string;
  readonly 'deleted-count': number;
}

/** Outputs of the `download` action. */
export interface DownloadOutputs {
  readonly 'download-path': string;
  readonly 'file-count': number;
  readonly 'total-bytes': number;
}

/** Outputs of the `workspaces` action. */
export interface WorkspacesOutputs {
  readonly user: string;
  readonly workspaces: string;
}

/** Outputs of the commands `login` and `logout`. */
export interface LoginOutputs {
  readonly user: string;
}

/**
 * Sets all outputs of an action, at its end and at once.
 * @throws ActionError `outputs-not-set` if an output could not be set. It sets all others
 */
export function setOutputs(
  host: Pick<Host, 'output'>,
  outputs: LinksOutputs | UploadOutputs | RemoveOutputs | DownloadOutputs | WorkspacesOutputs | LoginOutputs,
): void {
  const missing: string[] = [];
  let cause: unknown;
  for (const [name, value] of Object.entries<string | number>({ ...outputs })) {
    try {
      host.output(name, value);
    } catch (error) {
      missing.push(name);
      cause ??= error;
    }
  }
  if (missing.length === 0) return;
  throw new ActionError(
    'outputs-not-set',
    `The outputs ${missing.join(', ')} could not be set: ${messageOf(cause)}`,
    {
      hint: `Free space on ${wording().machine}, and run the ${wording().job} again.`,
      cause,
    },
  );
}
