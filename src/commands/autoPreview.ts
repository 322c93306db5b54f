import { open } from 'node:fs/promises';

import type { UploadInputs } from '../config/upload.ts';
import type { Host } from '../hosts/host.ts';
import { isActiveContent } from '../preview/activeContent.ts';
import type { Plan, Put } from '../sync/plan.ts';
import { count } from '../text/format.ts';
import { sanitize } from '../text/sanitize.ts';
import { setting } from '../text/wording.ts';

/** Bytes of the entry page to read. It names its styles and scripts near its beginning. */
const mostRead = 1024 ** 2;
/** Number of files that the log names. */
const mostNamed = 3;

/**
 * Decides whether an upload is published as a preview. With `preview: auto`, it is if its `index.html` loads or links to other files of the
 * upload. The log names these files, or says why there is still no preview.
 * @param place path of the destination on the storage, encoded
 */
export async function wantsPreview(
  { log, run }: Pick<Host, 'log' | 'run'>,
  { preview, links, dryRun }: Pick<UploadInputs, 'preview' | 'links' | 'dryRun'>,
  { puts }: Pick<Plan, 'puts'>,
  place: string,
): Promise<boolean> {
  if (preview !== 'auto') return preview;
  const entry = puts.length > 1 ? puts.find(({ name }) => name === 'index.html') : undefined;
  if (!entry) return false;
  const { filesNeeded } = await import('../preview/references.ts');
  const names = puts.map(({ name }) => name);
  const needed = filesNeeded(await readStart(entry), names, place);
  if (needed.length === 0) return false;
  const needs = `index.html needs ${namesOf(needed)}`;
  const obstacle = obstacleTo(entry, links, run.isForFork);
  if (obstacle === undefined)
    log.info(
      `Preview: ${dryRun ? 'would publish one' : 'yes'}, because ${needs} (${setting('preview', 'false')} turns it off)`,
    );
  else log.info(`Preview: no, because ${obstacle}, although ${needs}`);
  return obstacle === undefined;
}

/** The first of the files, and how many more there are. */
function namesOf(files: readonly string[]): string {
  const names = files.slice(0, mostNamed).map(sanitize).join(', ');
  const more = files.length - mostNamed;
  return more > 0 ? `${names} and ${count(more, 'more file')}` : names;
}

/** Why there is no preview, although the entry page needs other files. */
function obstacleTo(
  { contentType, headers }: Put,
  links: UploadInputs['links'],
  isForFork: boolean,
): string | undefined {
  if (links === 'none') return `${setting('links', 'none')} makes no links`;
  if (!isActiveContent({ contentType, headers }))
    return `${setting('headers')} keep browsers from opening index.html as a page (${sanitize(contentType)})`;
  return isForFork
    ? `this run publishes code from a fork (${setting('preview', 'true')} publishes it after a review)`
    : undefined;
}

/** The beginning of a file as text; empty if it cannot be read. The upload reports that error. */
async function readStart({ file }: Put): Promise<string> {
  try {
    await using handle = await open(file.path);
    const buffer = Buffer.alloc(Math.min(mostRead, file.size));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  }
}
