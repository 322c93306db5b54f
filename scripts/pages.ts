/** Pages that show a step's log and job summary much as GitHub does. */
import type { LogEntry } from '../demo/log.ts';

const style = `
  * { box-sizing: border-box }
  body { margin: 0; padding: 14px; width: 880px; background: #fff; color: #1f2328;
    font: 14px/1.5 Inter, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif }
  a { color: #0969da; text-decoration: none }
  .box { border: 1px solid #d1d9e0; border-radius: 8px; overflow: hidden }
  .head { padding: 9px 16px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; font-weight: 600 }
  .head span { float: right; font-weight: 400; color: #59636e }
  .log { padding: 8px 0; font: 12px/20px 'JetBrains Mono', Consolas, Menlo, monospace;
    font-variant-ligatures: none }
  .log div { display: flex; white-space: pre }
  .log i { flex: 0 0 46px; padding-right: 14px; text-align: right; font-style: normal; color: #818b98 }
  .log p { margin: 0 16px 0 0; overflow: hidden; text-overflow: ellipsis }
  .log .in { padding-left: 16px }
  .log .warning { background: #fff8c5 }
  .log .error { background: #ffebe9 }
  .summary { padding: 4px 24px 20px }
  h3 { margin: 16px 0; font-size: 20px }
  table { border-collapse: collapse; width: 100% }
  th, td { border: 1px solid #d1d9e0; padding: 6px 13px; text-align: left }
  tr:nth-child(even) { background: #f6f8fa }
`;

/** The log of a step with its groups open, a number before each line; lines too long for the page are cut. */
export function logPage(title: string, seconds: number, entries: readonly LogEntry[]): string {
  const lines = entries.map(
    (entry, index) => `<div class="${entry.kind}"><i>${index + 1}</i>${logLine(entry)}</div>`,
  );
  const head = `<div class="head">✓ ${escaped(title)}<span>${Math.max(1, Math.round(seconds))}s</span></div>`;
  return pageOf(`<div class="box">${head}<div class="log">${lines.join('')}</div></div>`);
}

function logLine({ kind, text, inGroup }: LogEntry): string {
  const words = { group: '▾ ', line: '', warning: 'Warning: ', error: 'Error: ', notice: 'Notice: ' };
  const shown = escaped(text).replace(/https?:[^\s,]+/g, '<a>$&</a>');
  return `<p class="${inGroup ? 'in' : ''}">${words[kind]}${shown}</p>`;
}

/** The job summary, out of the Markdown that the action writes: headings, paragraphs, tables, links, bold. */
export function summaryPage(title: string, markdown: string): string {
  const blocks = markdown.trim().split('\n\n').map(blockOf).join('');
  const head = `<div class="head">${escaped(title)}</div>`;
  return pageOf(`<div class="box">${head}<div class="summary">${blocks}</div></div>`);
}

function blockOf(block: string): string {
  if (block.startsWith('|')) return tableOf(block);
  const heading = /^### (.*)$/.exec(block)?.[1];
  return heading === undefined ? `<p>${spans(block)}</p>` : `<h3>${spans(heading)}</h3>`;
}

function tableOf(block: string): string {
  const [head = [], , ...rows] = block.split('\n').map((line) => line.slice(2, -2).split(' | '));
  const row = (tag: string, cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${spans(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${row('th', head)}${rows.map((cells) => row('td', cells)).join('')}</table>`;
}

/** Character references are the same in Markdown as in HTML. */
function spans(markdown: string): string {
  return markdown
    .replace(/\[([^\]]*)\]\(<([^>]*)>\)/g, '<a href="$2">$1</a>')
    .replace(/\*\*(.*?)\*\*/g, '<strong>$1</strong>');
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function pageOf(body: string): string {
  return `<!doctype html><html><head><meta charset="utf-8"><style>${style}</style></head><body>${body}</body></html>`;
}
