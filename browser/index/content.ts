import { formatBytes, formatCount } from '../../src/text/format.ts';
import { decoded } from './decoding.ts';
import { element, note } from './elements.ts';
import { type LoadedViewer, type OwnViewer, isLoaded, viewerOf } from './kinds.ts';
import type { Neighbors } from './neighbors.ts';
import { type Subject, beginningOf, rangeOf } from './subject.ts';
import { loadViewers } from './viewers/loading.ts';
import type { Tools } from './viewers/viewer.ts';

/** What the place of the content shows. It is in its attribute `data-state`. */
type State = 'loading' | 'shown' | 'failed';

/** Says why a file cannot be shown. Without a network, it says that, and shows the file when the network is back. */
type Fail = (reason: string) => void;

const offline = 'You are offline. The file appears here when the network is back.';

/** Bytes of a text file that are fetched. */
const textLimit = 256 * 1024;

/** Bytes. Larger pictures need a click, because the reader may be on a mobile network. */
const pictureLimit = 20 * 1024 ** 2;

/** Shows the content of a file, or says why it cannot be shown. */
export function showContent(
  host: HTMLElement,
  subject: Subject,
  neighbors: Neighbors,
  signal: AbortSignal,
): void {
  const viewer = viewerOf(subject.type, subject.path);
  const fail: Fail = (reason) => {
    if (signal.aborted) return;
    say(host, 'failed', navigator.onLine ? reason : offline);
    if (!navigator.onLine)
      addEventListener('online', () => showContent(host, subject, neighbors, signal), { once: true, signal });
  };
  const picture = () => showPicture(host, subject, fail);
  const text = () => void showText(host, subject, signal, fail);
  const show: Readonly<Record<OwnViewer, () => void>> = {
    picture:
      subject.size <= pictureLimit
        ? picture
        : () =>
            offer(host, 'This picture is large.', `Show the picture (${formatBytes(subject.size)})`, picture),
    text,
    sound: () => showPlayer(host, subject, 'audio', fail),
    film: () => showPlayer(host, subject, 'video', fail),
    none: () => offer(host, 'This file type cannot be shown here. Download the file.', 'Show as text', text),
  };
  if (subject.size === 0) say(host, 'shown', 'The file is empty.');
  else if (isLoaded(viewer)) void showLoaded(host, viewer, subject, neighbors, signal, fail);
  else show[viewer]();
}

function say(host: HTMLElement, state: State, text: string): void {
  fill(host, state, note(text));
}

function fill(host: HTMLElement, state: State, ...parts: readonly Node[]): void {
  host.dataset['state'] = state;
  host.replaceChildren(...parts);
}

function offer(host: HTMLElement, reason: string, label: string, show: () => void): void {
  const button = element('button', { type: 'button', class: 'button' }, label);
  button.addEventListener('click', show);
  fill(host, 'shown', note(reason, button));
}

/** Shows a file with a viewer of the second script. */
async function showLoaded(
  host: HTMLElement,
  viewer: LoadedViewer,
  subject: Subject,
  neighbors: Neighbors,
  signal: AbortSignal,
  fail: Fail,
): Promise<void> {
  const place = element('div', { class: `viewer-${viewer}` });
  const reading = note('Reading …');
  fill(host, 'loading', reading, place);
  let isCut = false;
  const tools: Tools = {
    ...neighbors,
    signal,
    beginning: async (limit) => {
      const beginning = await beginningOf(subject, limit, signal);
      isCut = beginning.isCut;
      return beginning;
    },
    range: (from, to) => rangeOf(subject, from, to, signal),
    decode: (bytes) => decoded(bytes, subject.type, isCut),
    asText: async (reason) => place.replaceChildren(...(await textOf(subject, signal)), note(reason)),
  };
  try {
    const { show } = await loadViewers();
    await show[viewer](subject, place, tools);
    if (signal.aborted) return;
    // A frame that moves within the page loads again, so the place stays where it is.
    reading.remove();
    host.dataset['state'] = 'shown';
  } catch (error) {
    fail(reasonOf(error));
  }
}

function showPicture(host: HTMLElement, { url, path }: Subject, fail: Fail): void {
  const picture = element('img', { alt: path, decoding: 'async' });
  const size = element('figcaption');
  picture.addEventListener('load', () => {
    host.dataset['state'] = 'shown';
    size.textContent = picture.naturalWidth
      ? `${formatCount(picture.naturalWidth)} × ${formatCount(picture.naturalHeight)} pixels`
      : '';
  });
  picture.addEventListener('error', () => fail('This picture cannot be shown here. Download the file.'));
  picture.src = url;
  fill(host, 'loading', element('figure', {}, element('div', { class: 'canvas' }, picture), size));
}

function showPlayer(host: HTMLElement, { url }: Subject, tag: 'audio' | 'video', fail: Fail): void {
  const player = element(tag, { controls: '', preload: 'metadata' });
  player.addEventListener('loadedmetadata', () => (host.dataset['state'] = 'shown'));
  player.addEventListener('error', () => fail('This file cannot be played here. Download it.'));
  player.src = url;
  fill(host, 'loading', player);
}

async function showText(host: HTMLElement, subject: Subject, signal: AbortSignal, fail: Fail): Promise<void> {
  say(host, 'loading', 'Reading …');
  try {
    fill(host, 'shown', ...(await textOf(subject, signal)));
  } catch (error) {
    fail(reasonOf(error));
  }
}

/** The beginning of a text file. It is never read as HTML. */
async function textOf(subject: Subject, signal: AbortSignal): Promise<Node[]> {
  const { bytes, isCut } = await beginningOf(subject, textLimit, signal);
  const shown = element('pre', { tabindex: '0' }, decoded(bytes, subject.type, isCut));
  if (!isCut) return [shown];
  const rest = `The first ${formatBytes(textLimit)} of ${formatBytes(subject.size)}. Open the file to read the rest.`;
  return [shown, note(rest)];
}

/** Browsers report a `TypeError` both for an unreachable host and for a host that does not allow the request (CORS). */
function reasonOf(error: unknown): string {
  return error instanceof TypeError
    ? 'This page cannot read the file. Download it.'
    : error instanceof Error
      ? error.message
      : String(error);
}
