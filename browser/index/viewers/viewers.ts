/** The second script of the index page. `loading.ts` starts it. */
import { showJson } from './json.ts';
import { showLog } from './log.ts';
import { showMarkdown } from './markdownViewer.ts';
import { showNotebook } from './notebook.ts';
import { showPage } from './page.ts';
import { showPdf } from './pdf.ts';
import { showTable } from './table.ts';
import { type Viewers, viewersEvent } from './viewer.ts';
import { showZip } from './zip.ts';
import { download } from '../zip/download.ts';

/** Set by scripts/assets.ts: the text of viewers.css. */
declare const viewersStyle: string;

const sheet = new CSSStyleSheet();
sheet.replaceSync(viewersStyle);
document.adoptedStyleSheets.push(sheet);

const detail: Viewers = {
  show: {
    json: showJson,
    log: showLog,
    markdown: showMarkdown,
    notebook: showNotebook,
    page: showPage,
    pdf: showPdf,
    table: showTable,
    zip: showZip,
  },
  download,
};
dispatchEvent(new CustomEvent(viewersEvent, { detail }));
