import { element, note } from '../elements.ts';
import { ansiRuns, mostRuns } from './ansi.ts';
import { nodesOf } from './dom.ts';
import { showJson } from './json.ts';
import { listenToLinks } from './links.ts';
import { createResolver } from './resolver.ts';
import { terminal } from './log.ts';
import { htmlDocument, markdownDocument } from './markdown.ts';
import { stopwatch } from './markdownViewer.ts';
import { type Cell, type Output, notebookOf } from './notebookCells.ts';
import { type Document, mostContents } from './parts.ts';
import type { Show, Tools } from './viewer.ts';

/** Bytes. A larger notebook is shown as text, because only a whole notebook can be read. */
const limit = 20 * 1024 ** 2;

const mostCells = 1_000;

/** Characters of one output. */
const longest = 100_000;

/** What the cells of a notebook share. */
interface Page {
  readonly base: string;
  readonly tools: Tools;
  readonly isLate: () => boolean;
  /** Elements and texts that may still be added. */
  left: number;
  isCut: boolean;
}

/** Shows a notebook of Jupyter: its cells and their outputs, without scripts. */
export const showNotebook: Show = async (subject, place, tools) => {
  if (subject.size > limit) return tools.asText('The notebook is too large to be shown.');
  const { bytes, isCut } = await tools.beginning(limit);
  if (isCut) return tools.asText('The notebook is too large to be shown.');
  const notebook = notebookOf(tools.decode(bytes));
  if (!notebook) return showJson(subject, place, tools);
  const page: Page = { base: subject.path, tools, isLate: stopwatch(), left: mostContents, isCut: false };
  const cells = notebook.cells.slice(0, mostCells).map((cell) => cellElement(page, cell));
  place.replaceChildren(...cells);
  if (page.isCut || notebook.cells.length > mostCells)
    place.append(note('The notebook is too long: some parts are not shown.'));
  if (notebook.cells.length === 0) place.append(note('The notebook has no cells.'));
  listenToLinks(place, tools);
};

function cellElement(page: Page, cell: Cell): HTMLElement {
  if (cell.kind === 'markdown') return prose(page, cell.text, cell.attachments);
  const source = element('pre', { tabindex: '0' }, cut(page, cell.text));
  if (cell.kind === 'raw') return element('section', { class: 'cell' }, source);
  const label = element('p', { class: 'count' }, `In [${cell.count ?? ' '}]:`);
  const some = cell.outputs.slice(0, Math.max(0, page.left));
  page.left -= some.length;
  page.isCut ||= some.length < cell.outputs.length;
  const outputs = some.map((output) => outputElement(page, output));
  return element('section', { class: 'cell' }, label, source, ...outputs);
}

function prose(page: Page, text: string, attachments: Readonly<Record<string, string>> = {}): HTMLElement {
  const resolver = createResolver(page.base, page.tools, attachments);
  try {
    return article(page, markdownDocument(cut(page, text), resolver, page.isLate, page.left));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return element('pre', { tabindex: '0' }, cut(page, text));
  }
}

function article(page: Page, made: Document): HTMLElement {
  page.left -= made.count;
  page.isCut ||= made.isCut;
  return element('div', { class: 'prose' }, ...nodesOf(made.contents));
}

function outputElement(page: Page, output: Output): HTMLElement {
  switch (output.kind) {
    case 'picture':
      return element('img', { src: output.url, alt: 'Output of the cell', loading: 'lazy' });
    case 'markdown':
      return prose(page, output.text);
    case 'html':
      return htmlElement(page, output.text, output.plain);
    default:
      return textElement(page, output.text, output.kind === 'error');
  }
}

/** A widget has no content without its scripts. Its plain text says what it is. */
function htmlElement(page: Page, html: string, plain: string): HTMLElement {
  const resolver = createResolver(page.base, page.tools);
  const shown = article(page, htmlDocument(cut(page, html), resolver, page.left));
  if (shown.textContent.trim() !== '' || shown.querySelector('img')) return shown;
  const reason = note('This output needs scripts. They do not run here.');
  return element('div', {}, reason, ...(plain ? [textElement(page, plain, false)] : []));
}

function textElement(page: Page, text: string, isError: boolean): HTMLElement {
  const runs = ansiRuns(cut(page, text), Math.min(mostRuns, page.left));
  page.left = Math.max(0, page.left - runs.length);
  const shown = terminal(runs);
  if (isError) shown.classList.add('error');
  return shown;
}

function cut(page: Page, text: string): string {
  if (text.length <= longest) return text;
  page.isCut = true;
  return text.slice(0, longest);
}
