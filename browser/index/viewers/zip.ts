import { count, formatBytes, formatCount } from '../../../src/text/format.ts';
import { element, note } from '../elements.ts';
import { shownName } from '../names.ts';
import { type ZipEnd, type ZipEntry, tailLength, zipEnd, zipEntries } from './zipDirectory.ts';
import type { Show, Tools } from './viewer.ts';

const mostEntries = 5_000;

/** Bytes of the directory that are fetched. */
const mostBytes = 1024 ** 2;

/** Lists what a zip contains. Only its end and its directory are fetched, and nothing is unpacked. */
export const showZip: Show = async ({ size }, place, tools) => {
  const first = Math.max(0, size - tailLength);
  const tail = await tools.range(first, size);
  const end = zipEnd(tail, size);
  if (!end) throw new Error('This file is not a complete zip.');
  const directory =
    end.start >= first
      ? tail.subarray(end.start - first, end.start - first + end.length)
      : await rangeOf(tools, end);
  const { entries, isCut } = zipEntries(directory, end.length, mostEntries);
  const files = entries.filter(({ isFolder }) => !isFolder);
  const total = files.reduce((sum, entry) => sum + entry.size, 0);
  const summary = isCut
    ? `These are the first ${formatCount(entries.length)} entries. The zip has more.`
    : `The zip contains ${count(files.length, 'file')} (${formatBytes(total)} unpacked).`;
  place.replaceChildren(note(summary));
  if (entries.length > 0) place.append(table(entries));
};

/** Characters of a name. */
const longest = 500;

function rangeOf({ range }: Tools, { start, length }: ZipEnd): Promise<Uint8Array<ArrayBuffer>> {
  return range(start, start + Math.min(length, mostBytes));
}

function table(entries: readonly ZipEntry[]): HTMLElement {
  const titles = ['Name', 'Size', 'Date'].map((title) => element('th', { scope: 'col' }, title));
  const rows = entries.map(({ path, isFolder, size, modified, isEncrypted }) =>
    element(
      'tr',
      {},
      element(
        'td',
        {},
        shownName(path.length > longest ? `${path.slice(0, longest)}…` : path),
        ...(isEncrypted ? [' (encrypted)'] : []),
      ),
      element('td', {}, isFolder ? '' : formatBytes(size)),
      element('td', {}, modified),
    ),
  );
  return element(
    'div',
    { class: 'wide', tabindex: '0', role: 'group', 'aria-label': 'Contents' },
    element(
      'table',
      { class: 'entries' },
      element('thead', {}, element('tr', {}, ...titles)),
      element('tbody', {}, ...rows),
    ),
  );
}
