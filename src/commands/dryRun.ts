import { staleKeys } from '../sync/diff.ts';
import type { Clock } from '../http/clock.ts';
import type { Host, Log } from '../hosts/host.ts';
import type { UploadInputs } from '../config/upload.ts';
import type { Manifest } from '../links/manifest.ts';
import { setOutputs } from '../config/outputs.ts';
import { count } from '../text/format.ts';
import { headline } from '../report/headline.ts';
import { firstOf } from '../report/log.ts';
import { publishedSummary } from '../report/markdown.ts';
import type { RemoteObject } from '../sync/object.ts';
import { keptKeys } from './prune.ts';
import type { ComparedPlan } from './compare.ts';
import { unpublishedOutputs } from './publication.ts';

/**
 * Tells what an upload would write, replace and delete; no link is made, for nothing is there to open.
 * @param generated keys of the pages that it would generate
 */
export async function dryRun(
  host: Host,
  { deleteStale, summary, links }: Pick<UploadInputs, 'deleteStale' | 'summary' | 'links'>,
  plan: ComparedPlan,
  manifest: Manifest,
  generated: readonly string[],
  serverTime: number,
  clock: Clock,
): Promise<void> {
  const writes = plan.groups.flat();
  const { remote = new Map<string, RemoteObject>(), unchanged } = plan;
  const replaced = writes.filter(({ key }) => remote.has(key));
  const fresh = writes.filter(({ key }) => !remote.has(key));
  const stale = deleteStale
    ? staleKeys(plan.base, new Set([...keptKeys(plan), ...generated]), remote.values(), serverTime)
    : [];
  const would = headline(
    {
      uploaded: plan.puts.length - unchanged.length,
      unchanged: unchanged.length,
      deleted: stale.length,
    },
    true,
  );
  const tell = (title: string, names: readonly string[]) => {
    if (names.length > 0) host.log.group(title, firstOf(names, 200, String));
  };
  const namesOf = (puts: typeof writes) => puts.map(({ name }) => name);
  tell(`Would upload ${count(fresh.length, 'new file')}`, namesOf(fresh));
  tell(`Would replace ${count(replaced.length, 'object')}`, namesOf(replaced));
  tell(`Would delete ${count(stale.length, 'stale object')}`, stale);
  await logLinks(host.log, links, manifest);
  host.log.info(`Dry run: ${would}, in ${manifest.s3Uri}; nothing was written`);
  if (summary) {
    await host.summary(
      publishedSummary(
        { ...manifest, links: undefined, main: undefined },
        { headline: would, now: clock.now(), showLinks: false, dryRun: true },
      ),
    );
  }
  setOutputs(host, {
    ...unpublishedOutputs(manifest),
    'uploaded-count': 0,
    'unchanged-count': unchanged.length,
    'deleted-count': 0,
  });
}

/** Logs what `links: auto` would do. */
async function logLinks(log: Log, links: UploadInputs['links'], { fileCount }: Manifest): Promise<void> {
  if (links !== 'auto') return;
  const { reasonForSession } = await import('../links/automatic.ts');
  const why = reasonForSession(fileCount, undefined, undefined);
  log.info(
    why === undefined
      ? `Would ask the platform for links, and sign them with the storage session if it gives none`
      : `Would sign the links with the storage session: ${why}`,
  );
}
