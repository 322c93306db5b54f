import type { Host } from '../hosts/host.ts';
import type { UploadInputs } from '../config/upload.ts';
import type { Manifest } from '../links/manifest.ts';
import type { Page } from '../links/page.ts';
import type { PreviewNames } from '../preview/previewNames.ts';
import type { StorageClient } from '../storage/client.ts';
import type { Plan } from '../sync/plan.ts';
import type { LinkMaker } from './createLinks.ts';
import { type PageNames, pagesFor } from './generatedPages.ts';
import type { Destination } from './openDestination.ts';
import { type PublishResult, publish } from './publish.ts';

/** Files that an upload has stored. */
export interface StoredFiles {
  readonly plan: Plan;
  readonly names: PageNames;
  readonly manifest: Manifest;
}

/**
 * Makes the links of an upload, and writes the pages that contain them.
 * @param linkMaker undefined with `links: none`
 */
export async function publishUpload(
  { preview: wanted }: Pick<UploadInputs, 'preview'>,
  { plan, names, manifest }: StoredFiles,
  linkMaker: LinkMaker | undefined,
  { client, base, explain }: Destination,
  { host, signal }: { readonly host: Host; readonly signal: AbortSignal },
): Promise<PublishResult> {
  const isOptional = wanted === 'auto';
  const index = names.index === undefined ? undefined : { name: names.index, commit: host.run.commit };
  const preview =
    names.preview && (await previewOf(host, plan, { names: names.preview, isOptional }, { client, signal }));
  return publish(manifest, {
    log: host.log,
    linkMaker,
    pages: pagesFor(client.clock, host.run, index, preview),
    folder: { client, base, explain, signal },
  });
}

async function previewOf(
  host: Pick<Host, 'log' | 'run'>,
  { puts, base }: Plan,
  { names, isOptional }: { readonly names: PreviewNames; readonly isOptional: boolean },
  { client, signal }: { readonly client: StorageClient; readonly signal: AbortSignal },
): Promise<Page> {
  const { checkSite, previewPage } = await import('./previewPage.ts');
  const flags = checkSite(host.log, puts, { client, base });
  return previewPage({ names, flags, isOptional }, host, client, signal);
}
