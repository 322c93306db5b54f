import { count, formatBytes, formatCount, formatDuration } from '../../../src/text/format.ts';
import { byId, element, icon } from '../elements.ts';
import type { Files } from '../files.ts';
import { shownName } from '../names.ts';
import { type Failure, type Item, type Zip, makeZipOf, mostFiles } from './job.ts';
import { zipFileName } from '../zipNames.ts';

export interface DownloadParts {
  readonly files: Files;
  readonly title: string;
  readonly hasExpired: () => boolean;
  /** Says a text to the reader, screen readers included. */
  readonly notify: (text: string) => void;
}

/** What the button downloads. */
export interface Selection {
  readonly files: readonly number[];
  /** The search that found them. Empty for all files. */
  readonly query: string;
}

/** Downloads files as one zip, and shows the progress in a strip of the page. It shows errors there too, and does not throw. */
export type Download = (
  parts: DownloadParts,
  selection: Selection,
  running: AbortController,
) => Promise<void>;

export const download: Download = async (parts, selection, running) => {
  const { files, hasExpired, notify, title } = parts;
  const items = selection.files.map((file) => ({
    path: files.path(file),
    url: files.url(file) ?? '',
    size: files.size(file),
    modified: files.modified(file),
  }));
  const name = zipFileName(title, selection.query);
  const strip = byId('job');
  const close = (): void => {
    strip.hidden = true;
    strip.replaceChildren();
    byId('download').focus();
  };
  const onProgress = showProgress(strip, items, () => running.abort());
  try {
    if (items.length > mostFiles)
      throw new Error(`A zip made here has at most ${count(mostFiles, 'file')}. Search for fewer files.`);
    const zip = await makeZipOf({ items, signal: running.signal, hasExpired, onProgress });
    const link = save(name, zip.blob);
    showEnd(strip, summary(name, zip, items.length), zip.failures, link, close);
    notify(
      zip.failures.length > 0 ? `${name}: ${count(zip.failures.length, 'file')} failed` : `${name} is saved`,
    );
  } catch (error) {
    if (running.signal.aborted) {
      close();
      notify('Download canceled');
      return;
    }
    const text = `The download failed: ${error instanceof Error ? error.message : String(error)}`;
    showEnd(strip, `${text} ${advice}`, [], undefined, close);
    notify('The download failed');
  }
};

const advice =
  'The command upload-to-workspace download also downloads all files: give it the link of this page.';

function summary(name: string, { blob, failures }: Zip, all: number): string {
  const said = `${name} (${formatBytes(blob.size)}) `;
  if (failures.length === 0) return `${said}has ${count(all, 'file')}.`;
  return `${said}is not complete: ${formatCount(failures.length)} of ${count(all, 'file')} failed. The zip lists them in _failed.txt.`;
}

/** Gives the file to the browser's downloads. Returns the link, for browsers that block it. */
function save(name: string, blob: Blob): HTMLAnchorElement {
  const link = element('a', { class: 'button', download: name }, icon('save'), 'Save again');
  link.href = URL.createObjectURL(blob);
  link.click();
  return link;
}

/** Shows progress, the remaining time and a button to cancel. */
function showProgress(
  strip: HTMLElement,
  items: readonly Item[],
  onCancel: () => void,
): (bytes: number, files: number) => void {
  const size = items.reduce((sum, item) => sum + item.size, 0);
  const bar = element('progress', { max: '1', value: '0', 'aria-label': 'Download' });
  const text = element('p');
  const cancel = element('button', { type: 'button', class: 'button' }, icon('close'), 'Cancel');
  cancel.addEventListener('click', onCancel);
  strip.replaceChildren(bar, text, cancel);
  strip.hidden = false;
  const started = performance.now();
  let latest: readonly [bytes: number, files: number] = [0, 0];
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const show = (): void => {
    waiting = undefined;
    const [bytes, files] = latest;
    const part = Math.min(1, size > 0 ? bytes / size : files / items.length);
    const spent = (performance.now() - started) / 1000;
    const time = spent > 2 && part > 0 ? ` · ${formatDuration(spent * (1 / part - 1))} left` : '';
    bar.value = part;
    text.textContent = `${formatBytes(bytes)} of ${formatBytes(size)} · ${formatCount(files)} of ${count(items.length, 'file')}${time}`;
  };
  show();
  return (bytes, files) => {
    latest = [bytes, files];
    waiting ??= setTimeout(show, 100);
  };
}

/** Failures that the page shows. The zip lists all of them. */
const shownFailures = 100;

function showEnd(
  strip: HTMLElement,
  text: string,
  failures: readonly Failure[],
  link: HTMLAnchorElement | undefined,
  onClose: () => void,
): void {
  const close = element('button', { type: 'button', class: 'button' }, icon('close'), 'Close');
  close.addEventListener('click', onClose);
  const hadFocus = strip.contains(document.activeElement);
  const rows = failures
    .slice(0, shownFailures)
    .map(({ path, reason }) => element('li', {}, shownName(path), `: ${reason}`));
  const list = element('ul', { tabindex: '0', 'aria-label': 'Files that failed' }, ...rows);
  strip.replaceChildren(
    element('p', {}, text),
    ...(link ? [link] : []),
    close,
    ...(rows.length > 0 ? [list] : []),
  );
  if (hadFocus) close.focus();
}
