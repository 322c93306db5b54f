/**
 * The service worker of a preview. It serves the site's folder like a static web server, and fetches the files through their links. The data
 * of the site precedes this code in the script. It caches no content: pages show what is stored, or say why that is not possible.
 */
import type { EntryAnswer, EntryQuestion, PreviewSite } from '../../src/preview/previewData.ts';
import { answerFrom, isolated } from './answers.ts';
import { isEntryOpened, openEntry, startAt } from './entryPage.ts';
import { createPlace } from './siteFolder.ts';
import { createUpdates } from './updates.ts';

declare const self: ServiceWorkerGlobalScope & { readonly preview: PreviewSite };

const site = self.preview;
const place = createPlace(site, new URL('.', self.location.href));
const updates = createUpdates(self, site);

self.addEventListener('install', () => void self.skipWaiting());

self.addEventListener('activate', (event) => event.waitUntil(updates.takeOver()));

self.addEventListener('message', (event) => {
  const { fragment } = event.data as Partial<EntryQuestion>;
  if (fragment === undefined) return;
  const answer: EntryAnswer = { id: site.id, url: startAt(place, site, fragment) };
  event.ports[0]?.postMessage(answer);
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== place.root.origin || !['GET', 'HEAD'].includes(request.method)) return;
  if (isEntryOpened(place, site, request, url)) {
    event.respondWith(openEntry(request, site));
    return;
  }
  // Presigned URLs need no help.
  if (url.searchParams.has('X-Amz-Signature')) return;
  const destination = place.locate(url, request.mode === 'navigate');
  if (!destination) {
    // A frame shows its site as if the site had the whole host.
    if (site.frame !== null && request.mode !== 'navigate')
      event.respondWith(new Response(null, { status: 404 }));
    return;
  }
  const answer = answerFrom(destination, { site, place, request, url, updates: updates.during(event) });
  event.respondWith(site.isolated ? answer.then(isolated) : answer);
});
