import { formatBytes } from '../../src/text/format.ts';
import { element } from './elements.ts';
import { type Viewer, viewerOf } from './kinds.ts';

/** A file to show. */
export interface Subject {
  readonly url: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly type: string;
}

/** Bytes of a text file that are fetched. */
const textLimit = 256 * 1024;

/** Bytes. Larger pictures need a click, because the reader may be on a mobile network. */
const pictureLimit = 20 * 1024 ** 2;

/** Shows the content of a file, or says why it cannot be shown. */
export function showContent(host: HTMLElement, subject: Subject, signal: AbortSignal): void {
  const viewer = viewerOf(subject.type, subject.path);
  const picture = () => showPicture(host, subject);
  const text = () => void showText(host, subject, signal);
  const show: Readonly<Record<Viewer, () => void>> = {
    picture:
      subject.size <= pictureLimit
        ? picture
        : () =>
            offer(host, 'This picture is large.', `Show the picture (${formatBytes(subject.size)})`, picture),
    text,
    sound: () => showPlayer(host, subject, 'audio'),
    film: () => showPlayer(host, subject, 'video'),
    none: () => offer(host, 'This file type has no preview.', 'Show as text', text),
  };
  if (subject.size === 0) say(host, 'The file is empty.');
  else show[viewer]();
}

function say(host: HTMLElement, text: string): void {
  host.replaceChildren(element('p', { class: 'said' }, text));
}

function offer(host: HTMLElement, reason: string, label: string, show: () => void): void {
  const button = element('button', { type: 'button', class: 'button' }, label);
  button.addEventListener('click', show);
  host.replaceChildren(element('p', { class: 'said' }, reason, button));
}

function showPicture(host: HTMLElement, { url, path }: Subject): void {
  const picture = element('img', { alt: path, decoding: 'async' });
  const size = element('figcaption');
  picture.addEventListener('load', () => {
    size.textContent = picture.naturalWidth
      ? `${picture.naturalWidth.toLocaleString('en')} × ${picture.naturalHeight.toLocaleString('en')} pixels`
      : '';
  });
  picture.addEventListener('error', () =>
    say(host, 'This picture cannot be shown here. Open the file instead.'),
  );
  picture.src = url;
  host.replaceChildren(element('figure', {}, element('div', { class: 'canvas' }, picture), size));
}

function showPlayer(host: HTMLElement, { url }: Subject, tag: 'audio' | 'video'): void {
  const player = element(tag, { controls: '', preload: 'metadata' });
  player.addEventListener('error', () => say(host, 'This file cannot be played here. Open it instead.'));
  player.src = url;
  host.replaceChildren(player);
}

/** Shows the beginning of a text file. The content is never read as HTML. */
async function showText(host: HTMLElement, subject: Subject, signal: AbortSignal): Promise<void> {
  say(host, 'Reading …');
  try {
    const { bytes, isCut } = await beginningOf(subject, signal);
    const text = decoded(bytes, subject.type);
    const note = `The first ${formatBytes(textLimit)} of ${formatBytes(subject.size)}. Open the file to read the rest.`;
    const shown = element('pre', { tabindex: '0' }, text);
    host.replaceChildren(shown, ...(isCut ? [element('p', { class: 'said' }, note)] : []));
  } catch (error) {
    if (!signal.aborted) say(host, reasonOf(error));
  }
}

async function beginningOf(
  { url, size }: Subject,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array; isCut: boolean }> {
  const headers: Record<string, string> = size > textLimit ? { Range: `bytes=0-${textLimit - 1}` } : {};
  const answer = await fetch(url, { headers, signal, credentials: 'omit' });
  if (!answer.ok || !answer.body) throw new Error(`The storage rejects the request (${answer.status}).`);
  const bytes = new Uint8Array(textLimit);
  const reader = answer.body.getReader();
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { bytes: bytes.subarray(0, length), isCut: size > textLimit };
    const fitting = value.subarray(0, textLimit - length);
    bytes.set(fitting, length);
    length += fitting.length;
    if (fitting.length < value.length) {
      await reader.cancel();
      return { bytes, isCut: true };
    }
  }
}

function decoded(bytes: Uint8Array, type: string): string {
  const charset = /charset="?([\w.:-]+)/i.exec(type)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** Browsers report a `TypeError` both for an unreachable host and for a host that does not allow the request (CORS). */
function reasonOf(error: unknown): string {
  return error instanceof TypeError
    ? 'This page cannot read the file. Open it instead.'
    : `${error instanceof Error ? error.message : String(error)} The link may have expired.`;
}
