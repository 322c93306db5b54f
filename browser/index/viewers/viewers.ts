/** The second script of the index page. `loading.ts` starts it. */
import { showJson } from './json.ts';
import { showPage } from './page.ts';
import { showPdf } from './pdf.ts';
import { showTable } from './table.ts';
import { type Viewers, viewersEvent } from './viewer.ts';

/** Set by scripts/assets.ts: the text of viewers.css. */
declare const viewersStyle: string;

const sheet = new CSSStyleSheet();
sheet.replaceSync(viewersStyle);
document.adoptedStyleSheets.push(sheet);

const detail: Viewers = { show: { json: showJson, page: showPage, pdf: showPdf, table: showTable } };
dispatchEvent(new CustomEvent(viewersEvent, { detail }));
