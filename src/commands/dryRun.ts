import { keptKeys, staleKeys } from '../sync/staleObjects.ts';
import type { Host, Log } from '../hosts/host.ts';
import type { UploadInputs } from '../config/upload.ts';
import type { Manifest } from '../links/manifest.ts';
import { setOutputs } from '../config/outputs.ts';
import { count } from '../text/format.ts';
import { headline } from '../report/headline.ts';
import { firstOf } from '../report/log.ts';
import { type NameList, publicationSummary } from '../report/summary.ts';
import type { ComparedPlan } from './compare.ts';
import { outputsWithoutLinks } from './linkOutputs.ts';
import { withoutLinks } from './publish.ts';

/** What an upload would write, replace, keep and delete. */
export interface DryRunChanges {
  /** Names of new files. */
  readonly added: readonly string[];
  /** Names of files whose object has other content. */
  readonly changed: readonly string[];
  /** Names of files whose object has the same content. */
  readonly same: readonly string[];
  /** Keys. */
  readonly stale: readonly string[];
}

/**
 * Compares a plan with the listed objects.
 * @param generated keys of the pages that the upload would generate; undefined without `delete-stale`
 * @param startedAt milliseconds since the epoch by the storage's clock
 */
export function compareForDryRun(
  { base, puts, groups, remote = new Map(), same }: ComparedPlan,
  generated: readonly string[] | undefined,
  startedAt: number,
): DryRunChanges {
  const again = new Set(same);
  const writes = groups.flat().filter((put) => !again.has(put));
  const names = (isReplaced: boolean) =>
    writes.filter(({ key }) => remote.has(key) === isReplaced).map(({ name }) => name);
  const kept = new Set([...keptKeys({ puts, groups }), ...(generated ?? [])]);
  const stale = generated ? staleKeys(base, kept, remote.values(), startedAt) : [];
  return { added: names(false), changed: names(true), same: same.map(({ name }) => name), stale };
}

interface DryRunOptions {
  readonly links: UploadInputs['links'];
  /** Number of files that would not be uploaded. */
  readonly unchanged: number;
  readonly summary: boolean;
}

/** Logs and summarizes what an upload would do, and sets the outputs. */
export async function dryRun(
  host: Pick<Host, 'log' | 'run' | 'summary' | 'output'>,
  manifest: Manifest,
  changes: DryRunChanges,
  { links, unchanged, summary }: DryRunOptions,
): Promise<void> {
  const { log, run } = host;
  const lists = changeLists(changes, unchanged > 0);
  for (const { title, names } of lists) log.group(`Would ${title}`, firstOf(names, 200, String));
  if (links === 'auto') await logLinks(log, manifest.fileCount);
  const numbers = { uploaded: manifest.fileCount - unchanged, unchanged, deleted: changes.stale.length };
  const would = headline(numbers, true);
  log.info(`Dry run: ${would}, in ${manifest.s3Uri}; nothing was written`);
  if (summary) {
    const options = { headline: would, showLinks: false, dryRun: true, commitUrl: run.commitUrl, lists };
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

/** The changes as lists that are not empty. @param keeps whether files with the same content are not uploaded */
function changeLists({ added, changed, same, stale }: DryRunChanges, keeps: boolean): NameList[] {
  const again = keeps
    ? `keep ${count(same.length, 'unchanged file')}`
    : `upload ${count(same.length, 'unchanged file')} again`;
  const lists = [
    { title: `upload ${count(added.length, 'new file')}`, names: added },
    { title: `replace ${count(changed.length, 'changed file')}`, names: changed },
    { title: again, names: same },
    { title: `delete ${count(stale.length, 'stale object')}`, names: stale },
  ];
  return lists.filter(({ names }) => names.length > 0);
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
