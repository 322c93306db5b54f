/**
 * The worker of a preview: answers for the site's folder as a static server would, out of links. What it knows of the site stands before it in
 * its script. It keeps no content: what is shown is what the storage holds, or a page that says why not.
 */
import type { EntryAnswer, EntryQuestion, PreviewSite } from '../../src/preview/site.ts';
import { answerFrom } from './answers.ts';
import { isEntryOpened, openEntry, startAt } from './entrance.ts';
import { createPlace } from './place.ts';
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
  // Links to objects open by themselves.
  if (url.searchParams.has('X-Amz-Signature')) return;
  const destination = place.locate(url, request.mode === 'navigate');
  if (!destination) return;
  event.respondWith(answerFrom(destination, { site, place, request, url, updates: updates.during(event) }));
});
