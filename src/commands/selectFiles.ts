import { ActionError } from '../errors/error.ts';
import { type Selection, selectFiles } from '../files/selection.ts';
import type { WalkedFile } from '../files/walk.ts';
import type { Host } from '../hosts/host.ts';
import type { UploadInputs } from '../config/upload.ts';
import { setOutputs } from '../config/outputs.ts';
import { sanitize } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import { firstOf } from '../report/log.ts';
import { limitHeap } from '../transfer/heapLimits.ts';
import { outputsWithoutLinks } from './linkOutputs.ts';
import { setting } from '../text/wording.ts';

/** Files of the walk between two checks of the heap. */
const filesPerCheck = 1_024;

/** Selects the files to upload. */
export function selectUpload(
  host: Pick<Host, 'workspaceDir' | 'tempRoot'>,
  inputs: Pick<UploadInputs, 'path' | 'root' | 'includeHiddenFiles' | 'symlinks'>,
  onFile: (file: WalkedFile) => void,
): Selection {
  let found = 0;
  return selectFiles({
    lines: inputs.path,
    root: inputs.root,
    includeHiddenFiles: inputs.includeHiddenFiles,
    symlinks: inputs.symlinks,
    cwd: process.cwd(),
    checkout: host.workspaceDir,
    temp: host.tempRoot,
    onFile: (file) => {
      found += 1;
      if (found % filesPerCheck === 0) limitHeap();
      onFile(file);
    },
  });
}

/** Lines about files that were found and are not uploaded. */
export function leftOut({ hidden, sensitive, excludedTargets, skippedLinks }: Selection): string[] {
  const lines: string[] = [];
  if (hidden.length > 0) {
    lines.push(
      `Left out as hidden: ${firstOf(hidden, 10, String).join(', ')} (to upload them, set ${setting('include-hidden-files', 'true')} or name them in ${setting('path')})`,
    );
  }
  if (sensitive.length > 0) {
    lines.push(
      `Left out as sensitive: ${firstOf(sensitive, 10, String).join(', ')} (to upload them, name them in ${setting('path')})`,
    );
  }
  if (excludedTargets.length > 0) {
    lines.push(
      `Left out by an exclusion of the link's target: ${firstOf(excludedTargets, 10, String).join(', ')} (a later line of ${setting('path')} that names the link uploads them)`,
    );
  }
  if (skippedLinks.length > 0) {
    lines.push(`Left out by ${setting('symlinks', 'skip')}: ${count(skippedLinks.length, 'symbolic link')}`);
  }
  return lines;
}

/**
 * Reports that there are no files to upload, and sets the outputs.
 * @throws ActionError `no-files-found` with `if-no-files-found: error`
 */
export function reportNoFiles(
  host: Host,
  { ifNoFilesFound, path }: Pick<UploadInputs, 'ifNoFilesFound' | 'path'>,
  selection: Selection,
): void {
  const message = `No files were found for ${setting('path')} (${sanitize(path.join(', '))}) in ${process.cwd()}`;
  const details = [...firstOf(selection.warnings, 20, ({ text }) => text), ...leftOut(selection)].map(
    (line) => `- ${line}`,
  );
  if (ifNoFilesFound === 'error') {
    throw new ActionError('no-files-found', message, {
      hint: `Check ${setting('path')}, and that an earlier step has built the files. If it is fine to have none, set ${setting('if-no-files-found', 'warn')} or 'ignore'.`,
      details,
    });
  }
  const text = [message, ...details];
  if (ifNoFilesFound === 'warn') host.log.warning('no-files-found', text);
  else host.log.info(text);
  setOutputs(host, {
    ...outputsWithoutLinks({ s3Uri: '', fileCount: 0, totalBytes: 0 }),
    'checksums-file': '',
    'uploaded-count': 0,
    'unchanged-count': 0,
    'deleted-count': 0,
  });
}
