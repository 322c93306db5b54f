import type { IndexPageData } from '../../src/links/indexPageData.ts';
import { sinceWords } from '../../src/text/changes.ts';
import { count, formatBytes } from '../../src/text/format.ts';
import { showContent } from './content.ts';
import { element, icon, iconButton, note } from './elements.ts';
import type { Files } from './files.ts';
import { kindOf, opensInTab } from './kinds.ts';
import { fullMoment } from './times.ts';
import { shownName } from './names.ts';
import { type Neighbors, createNeighbors } from './neighbors.ts';
import type { Folder, Row } from './tree.ts';
import type { VerifyCommand } from './verification.ts';

export interface PaneParts {
  readonly pane: HTMLElement;
  readonly files: Files;
  readonly contents: Pick<IndexPageData, 'changes' | 's3Uri'>;
  /** The commands that verify a file. */
  readonly verifyCommands: (file: number) => readonly VerifyCommand[];
  /** Copies a text, and confirms it. `what` names the text. */
  readonly copy: (what: string, text: string) => void;
  readonly hasExpired: () => boolean;
  readonly onClose: () => void;
  /** Moves to a file that the shown document links to. */
  readonly onOpen: (file: number) => void;
  /** Moves to another row: 1 for the next, -1 for the previous. */
  readonly onStep: (step: 1 | -1) => void;
}

export interface Pane {
  readonly show: (row: Row) => void;
  readonly hide: () => void;
  readonly isOpen: () => boolean;
}

/** Shows one file: its content, its link and its details. */
export function createPane(parts: PaneParts): Pane {
  const { pane } = parts;
  const neighbors = createNeighbors(parts.files, parts.onOpen);
  let reading = new AbortController();
  let pending: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    clearTimeout(pending);
    reading.abort();
    reading = new AbortController();
  };
  return {
    isOpen: () => !pane.hidden,
    hide: () => {
      stop();
      pane.hidden = true;
      pane.replaceChildren();
    },
    show: (row) => {
      stop();
      const restoreFocus = holdFocus(pane);
      // A held arrow key passes many files. The delay avoids a request for each.
      const isMoving = !pane.hidden;
      pane.hidden = false;
      pane.setAttribute('aria-label', row.kind === 'file' ? 'Preview' : 'Folder');
      if (row.kind === 'folder') {
        pane.replaceChildren(
          heading(parts, 'folder', row.folder.path),
          facts(folderFacts(parts, row.folder)),
        );
        restoreFocus();
        return;
      }
      const content = element('div', { class: 'content' });
      pane.replaceChildren(...filePane(parts, row.file, content));
      restoreFocus();
      const { signal } = reading;
      pending = setTimeout(
        () => fillContent(parts, row.file, neighbors, content, signal),
        isMoving ? 120 : 0,
      );
    },
  };
}

/** Remembers which button has the focus, and returns a function that gives it to the new button with this label, or to the title. */
function holdFocus(pane: HTMLElement): () => void {
  const held = document.activeElement;
  if (!held || held === pane || !pane.contains(held)) return () => undefined;
  const label = held.getAttribute('aria-label');
  return () => {
    const buttons = [...pane.querySelectorAll<HTMLElement>('button[aria-label]')];
    const next = buttons.find((button) => button.getAttribute('aria-label') === label);
    (next ?? pane.querySelector('h2'))?.focus({ preventScroll: true });
  };
}

function fillContent(
  { files, hasExpired }: PaneParts,
  file: number,
  neighbors: Neighbors,
  content: HTMLElement,
  signal: AbortSignal,
): void {
  const url = files.url(file);
  if (url === undefined) return;
  if (hasExpired()) {
    content.replaceChildren(note('The link has expired, so the content cannot be shown.'));
    return;
  }
  showContent(
    content,
    { url, path: files.path(file), size: files.size(file), type: files.type(file) },
    neighbors,
    signal,
  );
}

function filePane(parts: PaneParts, file: number, content: HTMLElement): HTMLElement[] {
  const { files, copy } = parts;
  const url = files.url(file);
  const link = { href: url ?? '', target: '_blank', rel: 'noopener noreferrer' };
  const copying = element('button', { type: 'button', class: 'button' }, icon('copy'), 'Copy link');
  copying.addEventListener('click', () => copy('Link', url ?? ''));
  const saving = element('a', { ...link, download: files.name(file) }, icon('save'), 'Download');
  const opening = element('a', link, icon('open'), 'Open');
  const actions = opensInTab(files.type(file), files.path(file))
    ? [opening, copying, saving]
    : [saving, copying];
  for (const action of actions) action.classList.add('button');
  actions[0]?.classList.add('main');
  return [
    heading(parts, kindOf(files.type(file), files.path(file)), files.path(file)),
    ...(url === undefined ? [] : [element('div', { class: 'actions' }, ...actions), content]),
    facts(fileFacts(parts, file)),
  ];
}

function heading({ onClose, onStep }: PaneParts, kind: string, path: string): HTMLElement {
  const slash = path.lastIndexOf('/');
  const title = element('h2', { tabindex: '-1' }, icon(kind), shownName(path.slice(slash + 1)));
  return element(
    'header',
    {},
    title,
    element(
      'div',
      { class: 'steps' },
      iconButton('previous', 'Previous', () => onStep(-1)),
      iconButton('next', 'Next', () => onStep(1)),
      iconButton('close', 'Close (Escape)', onClose),
    ),
  );
}

type Fact = readonly [term: string, value: Node | string];

function fileFacts(parts: PaneParts, file: number): Fact[] {
  const { files, verifyCommands } = parts;
  const [size, sum, folder] = [files.size(file), files.sum(file), files.folder(file)];
  const exact = size >= 1024 ? ` (${count(size, 'byte')})` : '';
  return [
    ['Size', `${formatBytes(size)}${exact}`],
    ['Type', files.type(file)],
    ['Stored', fullMoment(files.modified(file))],
    ...changeFact(parts, file),
    ...(folder ? [['Folder', shownName(folder)] as const] : []),
    s3Fact(parts, files.path(file)),
    ...(sum ? [['SHA-256', copied(parts, 'SHA-256', sum)] as const] : []),
    ...verifyCommands(file).map(({ term, command }) => [term, copied(parts, 'Command', command)] as const),
  ];
}

function changeFact({ files, contents }: PaneParts, file: number): Fact[] {
  const change = files.change(file);
  return change === undefined ? [] : [['Change', `${change} ${sinceWords(contents.changes?.commit ?? '')}`]];
}

function folderFacts(parts: PaneParts, { path, fileCount, size, modified }: Folder): Fact[] {
  return [
    ['Contains', `${count(fileCount, 'file')}, ${formatBytes(size)}`],
    ['Newest', fullMoment(modified)],
    s3Fact(parts, `${path}/`),
  ];
}

function s3Fact(parts: PaneParts, path: string): Fact {
  return ['S3', copied(parts, 'S3 URI', `${parts.contents.s3Uri}${path}`)];
}

/** A text with a button that copies it. */
function copied({ copy }: PaneParts, what: string, text: string): HTMLElement {
  const button = iconButton('copy', `Copy ${what}`, () => copy(what, text));
  return element('span', { class: 'copied' }, element('code', {}, shownName(text)), button);
}

function facts(list: readonly Fact[]): HTMLElement {
  return element(
    'dl',
    {},
    ...list.flatMap(([term, value]) => [element('dt', {}, term), element('dd', {}, value)]),
  );
}
