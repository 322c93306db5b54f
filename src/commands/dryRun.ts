import { keptKeys, staleKeys } from '../sync/staleObjects.ts';
import type { Host, Log } from '../hosts/host.ts';
import type { UploadInputs } from '../config/upload.ts';
import type { Manifest } from '../links/manifest.ts';
import { setOutputs } from '../config/outputs.ts';
import { count } from '../text/format.ts';
import { headline } from '../report/headline.ts';
import { firstOf } from '../report/log.ts';
import { publicationSummary } from '../report/summary.ts';
import type { ComparedPlan } from './compare.ts';
import { outputsWithoutLinks } from './linkOutputs.ts';
import { withoutLinks } from './publish.ts';

/** Objects that an upload would write, replace and delete. */
export interface DryRunChanges {
  /** Names of new files. */
  readonly added: readonly string[];
  /** Names of files whose object would be replaced. */
  readonly replaced: readonly string[];
  /** Keys. */
  readonly stale: readonly string[];
}

/**
 * Compares a plan with the listed objects.
 * @param generated keys of the pages that the upload would generate; undefined without `delete-stale`
 * @param startedAt milliseconds since the epoch by the storage's clock
 */
export function compareForDryRun(
  { base, puts, groups, remote = new Map() }: ComparedPlan,
  generated: readonly string[] | undefined,
  startedAt: number,
): DryRunChanges {
  const writes = groups.flat();
  const names = (isReplaced: boolean) =>
    writes.filter(({ key }) => remote.has(key) === isReplaced).map(({ name }) => name);
  const kept = new Set([...keptKeys({ puts, groups }), ...(generated ?? [])]);
  const stale = generated ? staleKeys(base, kept, remote.values(), startedAt) : [];
  return { added: names(false), replaced: names(true), stale };
}

interface DryRunOptions {
  readonly links: UploadInputs['links'];
  /** Number of files. */
  readonly unchanged: number;
  readonly summary: boolean;
}

/** Logs and summarizes what an upload would do, and sets the outputs. */
export async function dryRun(
  host: Pick<Host, 'log' | 'summary' | 'output'>,
  manifest: Manifest,
  { added, replaced, stale }: DryRunChanges,
  { links, unchanged, summary }: DryRunOptions,
): Promise<void> {
  const { log } = host;
  const logNames = (title: string, names: readonly string[]) => {
    if (names.length > 0) log.group(title, firstOf(names, 200, String));
  };
  logNames(`Would upload ${count(added.length, 'new file')}`, added);
  logNames(`Would replace ${count(replaced.length, 'object')}`, replaced);
  logNames(`Would delete ${count(stale.length, 'stale object')}`, stale);
  if (links === 'auto') await logLinks(log, manifest.fileCount);
  const numbers = { uploaded: manifest.fileCount - unchanged, unchanged, deleted: stale.length };
  const would = headline(numbers, true);
  log.info(`Dry run: ${would}, in ${manifest.s3Uri}; nothing was written`);
  if (summary) {
    const options = { headline: would, showLinks: false, dryRun: true };
    await host.summary(publicationSummary(withoutLinks(manifest), options));
  }
  setOutputs(host, {
    ...outputsWithoutLinks(manifest),
    'checksums-file': '',
    'uploaded-count': 0,
    'unchanged-count': unchanged,
    'deleted-count': 0,
  });
}

/** Logs what `links: auto` would do. */
async function logLinks(log: Pick<Log, 'info'>, files: number): Promise<void> {
  const { reasonForSession } = await import('../links/automaticLinks.ts');
  const why = reasonForSession(files, undefined, undefined);
  log.info(
    why === undefined
      ? 'Would request links from the platform, and use session links if it gives none'
      : `Would use session links: ${why}`,
  );
}
