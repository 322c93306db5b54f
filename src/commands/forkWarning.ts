import type { Host } from '../hosts/host.ts';
import { type ServedObject, isActiveContent } from '../preview/activeContent.ts';
import { sanitize } from '../text/sanitize.ts';
import { setting } from '../text/wording.ts';

/**
 * Warns if a run for a fork publishes files that browsers execute. All links to one storage share an origin, so such a file can read the
 * previews that are open in the same browser.
 */
export function warnAboutFork(
  { log, run }: Pick<Host, 'log' | 'run'>,
  preview: boolean,
  files: Iterable<ServedObject & { readonly name: string }>,
): void {
  if (!run.isForFork) return;
  const first = Iterator.from(files).find(isActiveContent);
  if (!first && !preview) return;
  const what = first ? `${sanitize(first.name)} (${sanitize(first.contentType)})` : `a preview`;
  log.warning(
    'fork-content',
    `This run is for a fork and publishes files that browsers execute: ${what}. Code from the fork can read every preview of this storage that is open in the same browser. Publish only after a review, or set ${setting('headers')} to these two lines: Content-Type: application/octet-stream and Content-Disposition: attachment${preview ? `, without ${setting('preview')}` : ''}.`,
  );
}
