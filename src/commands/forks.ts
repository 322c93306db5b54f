import type { Host } from '../hosts/host.ts';
import { type ServedObject, isActiveContent } from '../preview/activeContent.ts';
import { sanitize } from '../text/sanitize.ts';

/**
 * Warns of a run for a fork that publishes what a browser runs: all links to a storage share one origin, so that it could read the previews that
 * are open beside it.
 */
export function warnOfFork(
  { log, run }: Host,
  { preview }: { readonly preview: boolean },
  files: Iterable<ServedObject & { readonly name: string }>,
): void {
  if (!run.isForFork) return;
  const first = Iterator.from(files).find(isActiveContent);
  if (!first && !preview) return;
  const what = first ? `${sanitize(first.name)} (${sanitize(first.contentType)})` : `a preview`;
  log.warning(
    'fork-content',
    `This run is for a fork and publishes what browsers run: ${what}. Anybody who opens it lets the fork's code read every preview of this storage that is open in the same browser. Set 'headers' to Content-Type: application/octet-stream and Content-Disposition: attachment, each on its line${preview ? `, leave out 'preview'` : ''}, or publish only after a review.`,
  );
}
