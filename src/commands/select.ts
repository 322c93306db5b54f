import { ActionError } from '../errors/error.ts';
import { type Selection, selectFiles } from '../files/selection.ts';
import type { WalkedFile } from '../files/walk.ts';
import type { Host } from '../hosts/host.ts';
import type { UploadInputs } from '../config/upload.ts';
import { setOutputs } from '../config/outputs.ts';
import { sanitize } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import { firstOf } from '../report/log.ts';
import { unpublishedOutputs } from './publication.ts';

/** Finds the files that the inputs mean, in the working directory and the checkout. */
export function selectUpload(
  host: Host,
  inputs: Pick<UploadInputs, 'path' | 'root' | 'includeHiddenFiles' | 'symlinks'>,
  onFile: (file: WalkedFile) => void,
): Selection {
  return selectFiles({
    lines: inputs.path,
    root: inputs.root,
    includeHiddenFiles: inputs.includeHiddenFiles,
    symlinks: inputs.symlinks,
    cwd: process.cwd(),
    checkout: host.workspaceDir,
    temp: host.tempRoot,
    onFile,
  });
}

/** Lines about what was found and is not uploaded. */
export function leftOut({ hidden, sensitive, skippedLinks }: Selection): string[] {
  const lines: string[] = [];
  if (hidden.length > 0) {
    lines.push(
      `Left out as hidden: ${firstOf(hidden, 10, String).join(', ')} (input 'include-hidden-files', or a line of 'path' that names them, lets them in)`,
    );
  }
  if (sensitive.length > 0) {
    lines.push(
      `Left out as sensitive: ${firstOf(sensitive, 10, String).join(', ')} (only a line of 'path' that names them uploads them)`,
    );
  }
  if (skippedLinks.length > 0) {
    lines.push(`Left out by 'symlinks: skip': ${count(skippedLinks.length, 'symbolic link')}`);
  }
  return lines;
}

/**
 * Says that there is nothing to upload, and sets the outputs.
 * @throws ActionError `no-files-found` where that is an error
 */
export function reportNoFiles(
  host: Host,
  { ifNoFilesFound, path }: Pick<UploadInputs, 'ifNoFilesFound' | 'path'>,
  selection: Selection,
): void {
  const message = `No files were found for 'path' (${sanitize(path.join(', '))}), from ${process.cwd()}`;
  const details = [...firstOf(selection.warnings, 20, ({ text }) => text), ...leftOut(selection)].map(
    (line) => `- ${line}`,
  );
  if (ifNoFilesFound === 'error') {
    throw new ActionError('no-files-found', message, {
      hint: `Check 'path' and that the step before has built something; 'if-no-files-found: warn' or 'ignore' lets the job go on.`,
      details,
    });
  }
  const text = [message, ...details];
  if (ifNoFilesFound === 'warn') host.log.warning('no-files-found', text);
  else host.log.info(text);
  setOutputs(host, {
    ...unpublishedOutputs({ s3Uri: '', fileCount: 0, totalBytes: 0 }),
    'uploaded-count': 0,
    'unchanged-count': 0,
    'deleted-count': 0,
  });
}
