import { count, formatBytes } from '../../src/text/format.ts';
import { changeMark } from './changeMarks.ts';
import { element, icon, iconButton } from './elements.ts';
import type { Files } from './files.ts';
import { bareType, kindOf } from './kinds.ts';
import { fullMoment, shortMoment } from './times.ts';
import { cutName, shownName } from './names.ts';
import type { Folder, Row } from './tree.ts';

export interface RowParts {
  readonly files: Files;
  /** False while the table shows folders. */
  readonly isSearch: () => boolean;
  /** Search words to mark. */
  readonly words: () => readonly string[];
  /** Copies a text. `what` names the text. */
  readonly copy: (what: string, text: string) => void;
  /** Tells whether a folder is offered as a gallery. */
  readonly hasPictures: (folder: Folder) => boolean;
  /** Shows the pictures below a folder, e.g. `docs/`. */
  readonly showPictures: (below: string) => void;
}

/** Creates the element of a row: a folder, or a file with its link. */
export function rowElement(parts: RowParts, row: Row): HTMLElement {
  return row.kind === 'folder'
    ? folderRow(parts, row.folder, row.depth)
    : fileRow(parts, row.file, row.depth);
}

function folderRow({ hasPictures, showPictures }: RowParts, folder: Folder, depth: number): HTMLElement {
  const files = count(folder.fileCount, 'file');
  const sub = [`${files} · ${formatBytes(folder.size)}`];
  const label = element('span', { class: 'label' }, cutName(folder.name));
  const made = rowWith(
    depth,
    [icon('chevron'), icon(folder.isOpen ? 'folder-open' : 'folder'), label],
    sub,
    { type: files, size: folder.size, modified: folder.modified },
    hasPictures(folder)
      ? [rowButton('picture', 'Show as pictures', () => showPictures(`${folder.path}/`))]
      : [],
  );
  made.classList.add('folder');
  made.title = folder.path;
  made.setAttribute('aria-expanded', String(folder.isOpen));
  return made;
}

function fileRow({ files, isSearch, words, copy }: RowParts, file: number, depth: number): HTMLElement {
  const [searched, url, type, folder] = [words(), files.url(file), files.type(file), files.folder(file)];
  const isFound = isSearch();
  const shown = cutName(files.name(file), searched);
  const label = url
    ? element(
        'a',
        { class: 'label', href: url, target: '_blank', rel: 'noopener noreferrer', tabindex: '-1' },
        shown,
      )
    : element('span', { class: 'label' }, shown);
  const place = element('span', { class: 'place' }, ...(folder ? [shownName(folder, searched)] : []));
  const second = isFound ? shownName(folder, searched) : shortMoment(files.modified(file));
  const sub = [formatBytes(files.size(file)), ...(isFound && !folder ? [] : [' · ', second])];
  const made = rowWith(
    depth,
    [
      ...(isFound ? [] : [element('span', { class: 'unfolding' })]),
      icon(kindOf(type, files.path(file))),
      label,
      ...changeMark(files.change(file)),
      ...(isFound ? [place] : []),
    ],
    sub,
    { type: bareType(type), size: files.size(file), modified: files.modified(file) },
    url ? actions(url, () => copy('Link', url)) : [],
  );
  if (isFound) made.classList.add('found');
  made.title = files.path(file);
  return made;
}

function actions(url: string, copy: () => void): HTMLElement[] {
  const button = rowButton('copy', 'Copy link', copy);
  const open = element(
    'a',
    { class: 'quiet open', href: url, target: '_blank', rel: 'noopener noreferrer', tabindex: '-1' },
    icon('open'),
  );
  open.title = 'Open in a new tab';
  open.setAttribute('aria-label', open.title);
  return [button, open];
}

/** A button that Tab skips, because a key of the table does the same. */
function rowButton(name: string, label: string, onClick: () => void): HTMLElement {
  const button = iconButton(name, label, onClick);
  button.tabIndex = -1;
  return button;
}

function rowWith(
  depth: number,
  name: readonly (Node | string)[],
  sub: readonly (Node | string)[],
  { type, size, modified }: { readonly type: string; readonly size: number; readonly modified: number },
  acts: readonly HTMLElement[],
): HTMLElement {
  const cell = (className: string, ...children: readonly (Node | string)[]) =>
    element('div', { class: `cell ${className}`, role: 'gridcell' }, ...children);
  const time = element('time', { datetime: new Date(modified).toISOString() }, shortMoment(modified));
  time.title = fullMoment(modified);
  const row = element(
    'div',
    { class: 'row', role: 'row', 'aria-level': String(depth + 1) },
    cell('name', element('span', { class: 'indent' }), ...name, element('span', { class: 'sub' }, ...sub)),
    cell('type', type),
    cell('size', formatBytes(size)),
    cell('modified', time),
    cell('acts', ...acts),
  );
  row.style.setProperty('--depth', String(Math.min(depth, 12)));
  return row;
}
