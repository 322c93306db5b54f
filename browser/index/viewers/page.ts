import { formatBytes } from '../../../src/text/format.ts';
import { element, note } from '../elements.ts';
import type { Show } from './viewer.ts';

/** Bytes. Larger reports open in a tab of the browser only. */
const limit = 20 * 1024 ** 2;

const tooLong = `This page is larger than ${formatBytes(limit)}, so its source is shown. Open the file to see the page.`;

/** Shows an HTML report in a sandboxed frame (see `report.ts`). */
export const showPage: Show = async (subject, place, { signal, beginning, asText }) => {
  if (subject.size > limit) return asText(tooLong);
  const { bytes, isCut } = await beginning(limit);
  if (isCut) return asText(tooLong);
  const type = encodedType(bytes, subject.type);
  const frame = element('div', { class: 'frame' });
  const state = note();
  const open = element(
    'a',
    { href: subject.url, target: '_blank', rel: 'noopener noreferrer', class: 'button' },
    'Open',
  );
  const run = element('button', { type: 'button', class: 'button' }, 'Run scripts');
  // A click ends the loading of the frame without scripts.
  const first = new AbortController();
  signal.addEventListener('abort', () => first.abort(), { once: true });
  run.addEventListener('click', () => {
    first.abort();
    state.replaceChildren('Scripts run, but cannot load files. Links to other files do not work.', open);
    void fillFrame(frame, { bytes, type, runsScripts: true }, subject.path, signal).catch(
      (error: unknown) => {
        state.replaceChildren(String(error instanceof Error ? error.message : error), open);
      },
    );
  });
  state.append('Scripts are off. Links to other files do not work.', run, open);
  place.append(frame, state);
  await fillFrame(frame, { bytes, type, runsScripts: false }, subject.path, first.signal);
};

/** Milliseconds from the end of loading to the first message. */
const patience = 20_000;

interface Report {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly runsScripts: boolean;
}

/** Resolves when the report is shown. */
function fillFrame(place: HTMLElement, report: Report, path: string, signal: AbortSignal): Promise<void> {
  const frame = element('iframe', { sandbox: 'allow-scripts', title: path });
  const address = new URL(location.href);
  address.hash = 'report';
  frame.src = address.href;
  return new Promise((resolve, reject) => {
    let isReady = false;
    const done = new AbortController();
    const listening = { signal: done.signal };
    addEventListener(
      'message',
      ({ source, data }) => {
        if (source !== frame.contentWindow) return;
        if (data === 'ready') {
          isReady = true;
          frame.contentWindow?.postMessage(report, '*');
        } else if (data === 'shown') {
          done.abort();
          resolve();
        }
      },
      listening,
    );
    frame.addEventListener(
      'load',
      () => {
        // An expired link loads an error of the storage instead. A message may arrive after this event.
        setTimeout(() => {
          if (!isReady) reject(new Error('This page cannot be shown here. Open it instead.'));
        }, patience);
      },
      listening,
    );
    signal.addEventListener(
      'abort',
      () => {
        done.abort();
        resolve();
      },
      { once: true },
    );
    place.replaceChildren(frame);
  });
}

/** Text that is not UTF-8 gets no charset, so that the browser uses the encoding that the page declares. */
function encodedType(bytes: Uint8Array<ArrayBuffer>, type: string): string {
  const bare = /xhtml/i.test(type) ? 'application/xhtml+xml' : 'text/html';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return `${bare};charset=utf-8`;
  } catch {
    return bare;
  }
}
